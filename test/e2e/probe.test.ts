import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { eventually } from './eventually.ts';
import { type Holdfast, PRIMARY, SETTINGS, withHoldfast } from './holdfast.ts';

const WITH_PROBE = fileURLToPath(new URL('settings-with-probe.ts', import.meta.url));
const { consecutiveFailures, recoveryStages } = SETTINGS.breaker;
const PRIMARY_AT = { region: PRIMARY.region, model: PRIMARY.model };

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest(WITH_PROBE);
}, 60_000);

test('a healed primary that no job calls is closed by probes, a token each', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const { bedrock } = holdfast;
    const outage = bedrock.setFault({ ...PRIMARY_AT, fault: 'unavailable' });
    for (let i = 0; i < consecutiveFailures; i++) {
      await holdfast.ended([await holdfast.submit(`question ${i}`)]);
    }
    await eventually(
      'the circuit to open',
      async () => (await isPrimary(holdfast, 'OPEN')) || undefined,
    );
    bedrock.clearFault(outage);
    const before = bedrock.calls().length;

    // The schedule starts it each minute; nobody waits for that here.
    await eventually('the circuit to close', async () => {
      await holdfast.function('Prober').invoke('{}');
      return (await isPrimary(holdfast, 'CLOSED')) || undefined;
    });

    const probes = bedrock.calls().slice(before);
    expect(probes).toHaveLength(recoveryStages.reduce((sum, permits) => sum + permits, 0));
    for (const { region, model, outcome, jobId, maxTokens } of probes) {
      expect({ region, model, outcome, maxTokens }).toEqual({
        ...PRIMARY_AT,
        outcome: 'answered',
        maxTokens: 1,
      });
      expect(jobId).toMatch(/^probe-/);
    }
  });
}, 60_000);

async function isPrimary({ health }: Holdfast, state: string): Promise<boolean> {
  const { targets } = await health();
  return targets.some(({ target, circuit }) => target === PRIMARY.key && circuit === state);
}
