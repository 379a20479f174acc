import { setTimeout as sleep } from 'node:timers/promises';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { beforeAll, expect, test } from '@jest/globals';
import type { AdminHealthView } from '../../lambda/contract/schemas/admin-health-view.ts';
import { asOperator } from './as-operator.ts';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { eventually } from './eventually.ts';
import { type Holdfast, PRIMARY, SETTINGS, withHoldfast } from './holdfast.ts';

/**
 * By when every warm sandbox has read an edit, and some more for a busy machine. Both tests wait for
 * it side by side.
 */
const TAKEN_UP_MS = 45_000;

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);

test.concurrent('an edited threshold is in force within 30 s, without a deploy', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    holdfast.bedrock.setFault({ ...at(PRIMARY), fault: 'throttle-minute' });
    const [before] = await holdfast.ended([await holdfast.submit('one failure')]);
    const circuitBefore = await circuitOf(holdfast, PRIMARY.key);

    await edit(holdfast, { ...SETTINGS.breaker, consecutiveFailures: 1 });
    await eventually(
      'a circuit that one failure opens',
      async () => {
        // A window holds two failures at most: too few for the threshold that was deployed.
        await sleep((SETTINGS.breaker.windowSeconds / 2) * 1000 + 100);
        await holdfast.ended([await holdfast.submit('one failure more')]);
        return (await circuitOf(holdfast, PRIMARY.key)) === 'OPEN' || undefined;
      },
      TAKEN_UP_MS,
    );

    expect(before).toMatchObject({ status: 'SUCCEEDED', degraded: true });
    expect(circuitBefore).toBe('CLOSED');
    expect((await shown(holdfast)).settings).toEqual({ status: 'in-force' });
  });
}, 120_000);

test.concurrent('an edit that is refused stops neither warm functions nor new ones, and is named', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    expect((await shown(holdfast)).settings).toEqual({ status: 'in-force' });

    const editedMs = Date.now();
    await edit(holdfast, { ...SETTINGS.breaker, callTimeoutSeconds: 3 });
    // No worker runs yet: the first one starts with the refused edit.
    const [job] = await holdfast.ended([await holdfast.submit('still there?')]);
    const health = await eventually(
      'the warm function to refuse the edit',
      async () => {
        const view = await shown(holdfast);
        return view.settings.status === 'invalid' ? view : undefined;
      },
      TAKEN_UP_MS,
    );
    const { body } = await asOperator<AdminHealthView>(holdfast, 'GET', '/admin/health');

    expect(job).toMatchObject({ status: 'SUCCEEDED', degraded: false });
    expect(health).toMatchObject({ status: 'healthy', settings: { status: 'invalid' } });
    expect(Date.parse(health.settings.since ?? '')).toBeGreaterThanOrEqual(editedMs - 1000);
    expect(body.settings.faults).toEqual([
      expect.stringMatching(/^breaker\.callTimeoutSeconds: got 3, allowed is at most 2,/),
    ]);
    const rejections = holdfast.logs.filter((line) => line.includes('"settings rejected"'));
    expect(rejections.some((line) => line.includes('the deployed ones'))).toBe(true);
    expect(rejections.some((line) => line.includes('the last good ones'))).toBe(true);
  });
}, 120_000);

function at({ region, model }: typeof PRIMARY) {
  return { region, model };
}

async function edit({ run }: Holdfast, breaker: object): Promise<void> {
  const ssm = new SSMClient({
    endpoint: run.awsUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const Value = JSON.stringify({ ...SETTINGS, breaker });
  const Name = run.outputs.SettingsParameterName;
  await ssm.send(new PutParameterCommand({ Name, Value, Overwrite: true }));
}

async function circuitOf(holdfast: Holdfast, target: string): Promise<string | undefined> {
  const { targets } = await holdfast.health();
  return targets.find((each) => each.target === target)?.circuit;
}

/** GET /v1/health, as any caller sees it. */
async function shown({ request }: Holdfast) {
  type Shown = Pick<AdminHealthView, 'status' | 'settings'>;
  return (await request<Shown>('/health')).body;
}
