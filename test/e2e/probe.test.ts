import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { eventually } from '../support/eventually.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { PRIMARY, SETTINGS } from './chain.ts';
import { withHoldfast } from './holdfast.ts';

const WITH_PROBE = fileURLToPath(new URL('settings-with-probe.ts', import.meta.url));
const { consecutiveFailures, recoveryStages } = SETTINGS.breaker;

const assembly = synthesizeBeforeAll(WITH_PROBE);

test('probes of one token each close the circuit of a healed primary that gets no jobs', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const outage = bedrock.setFault({ ...PRIMARY.at, fault: 'unavailable' });
    for (let i = 0; i < consecutiveFailures; i++) {
      await holdfast.ended([await holdfast.submit(`question ${i}`)]);
    }
    await holdfast.circuitReached(PRIMARY, 'OPEN');
    bedrock.clearFault(outage);
    const before = bedrock.calls().length;

    // The schedule would start the prober only once a minute.
    await eventually('the circuit to close', async () => {
      await holdfast.function('Prober').invoke('{}');
      return (await holdfast.circuitOf(PRIMARY.key)) === 'CLOSED' || undefined;
    });

    const probes = bedrock.calls().slice(before);
    expect(probes).toHaveLength(recoveryStages.reduce((sum, permits) => sum + permits, 0));
    for (const { region, model, outcome, jobId, maxTokens } of probes) {
      expect({ region, model, outcome, maxTokens }).toEqual({
        ...PRIMARY.at,
        outcome: 'answered',
        maxTokens: 1,
      });
      expect(jobId).toMatch(/^probe-/);
    }
  });
}, 60_000);
