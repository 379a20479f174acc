import { setTimeout as sleep } from 'node:timers/promises';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { expect, test } from '@jest/globals';
import type { AdminHealthView } from '../../lambda/contract/schemas/admin-health-view.ts';
import { eventually } from '../support/eventually.ts';
import { localAws } from '../support/local-aws.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { PRIMARY, SETTINGS } from './chain.ts';
import { type Holdfast, withHoldfast } from './holdfast.ts';

/**
 * The longest wait for an edit. Every warm sandbox reads it within 5 s (`refreshSeconds`); the rest is
 * slack for a busy machine.
 */
const EDIT_READ_MS = 30_000;

const assembly = synthesizeBeforeAll();

test.concurrent('an edited trip rule takes effect without a deploy', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    holdfast.bedrock.setFault({ ...PRIMARY.at, fault: 'throttle-minute' });
    const [before] = await holdfast.ended([await holdfast.submit('one failure')]);
    const circuitBefore = await holdfast.circuitOf(PRIMARY.key);

    await edit(holdfast, { breaker: { ...SETTINGS.breaker, consecutiveFailures: 1 } });
    await eventually(
      'one failure to open the circuit',
      async () => {
        // With this pause the window holds at most two failures, too few for the deployed rule.
        await sleep((SETTINGS.breaker.windowSeconds / 2) * 1000 + 100);
        await holdfast.ended([await holdfast.submit('one failure more')]);
        return (await holdfast.circuitOf(PRIMARY.key)) === 'OPEN' || undefined;
      },
      AbortSignal.timeout(EDIT_READ_MS),
    );

    expect(before).toMatchObject({ status: 'SUCCEEDED', degraded: true });
    expect(circuitBefore).toBe('CLOSED');
    await settingsAreInForce(holdfast);
  });
}, 120_000);

test.concurrent('a refused edit stops neither warm nor new functions, and health reports it', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    await settingsAreInForce(holdfast);

    const editedMs = Date.now();
    await edit(holdfast, { jobs: { ...SETTINGS.jobs, answerSeconds: 11 } });
    // No worker has started yet, so the first one starts with the refused edit in the parameter.
    const [job] = await holdfast.ended([await holdfast.submit('still there?')]);
    const health = await eventually(
      'the warm function to refuse the edit',
      async () => {
        const view = await publicHealth(holdfast);
        return view.settings.status === 'invalid' ? view : undefined;
      },
      AbortSignal.timeout(EDIT_READ_MS),
    );
    const { settings } = await eventually('the operators to see the faults', async () => {
      const { body } = await holdfast.asOperator<AdminHealthView>('GET', '/admin/health');
      return body.settings.status === 'invalid' ? body : undefined;
    });

    expect(job).toMatchObject({ status: 'SUCCEEDED', degraded: false });
    expect(health).toMatchObject({ status: 'healthy', settings: { status: 'invalid' } });
    expect(Date.parse(health.settings.since ?? '')).toBeGreaterThanOrEqual(editedMs - 1000);
    expect(settings.faults).toEqual([
      expect.stringMatching(/^jobs\.answerSeconds: got 11, allowed is at most 10,/),
    ]);
    const rejections = holdfast.logs.filter((line) => line.includes('"settings rejected"'));
    expect(rejections.some((line) => line.includes('the deployed settings'))).toBe(true);
    expect(rejections.some((line) => line.includes('the last valid settings'))).toBe(true);
  });
}, 120_000);

/** Writes settings with these changes to the stack's parameter. */
async function edit({ run }: Holdfast, changes: object): Promise<void> {
  const ssm = new SSMClient(localAws(run.awsUrl));
  const Value = JSON.stringify({ ...SETTINGS, ...changes });
  const Name = run.outputs.SettingsParameterName;
  await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true }));
}

/** Waits until the health route says so. SSM throttles some reads, and the next read is soon. */
async function settingsAreInForce(holdfast: Holdfast): Promise<void> {
  await eventually('settings in force', async () => {
    const { settings } = await publicHealth(holdfast);
    return settings.status === 'in-force' || undefined;
  });
}

/** Returns the settings' part of the health route, as any caller sees it. */
async function publicHealth(holdfast: Holdfast) {
  type View = Pick<AdminHealthView, 'status' | 'settings'>;
  return (await holdfast.request<View>('/health')).body;
}
