import { expect, test } from '@jest/globals';
import { KnownTenants } from '../../../lambda/core/jobs/known-tenants.ts';
import { START } from '../../support/job-builders.ts';
import { memoryTenantRegistry } from '../../support/memory-tenant-registry.ts';
import { recordingTelemetry } from '../../support/recording-telemetry.ts';
import { someSettings } from '../../support/settings.ts';

const DAY_MS = 86_400_000;
const POLICY = someSettings({ jobs: { retentionDays: 7, deadlineSeconds: 3600 } }).jobs;

function aSandbox() {
  const registry = memoryTenantRegistry();
  const writes: string[] = [];
  const { log, logged } = recordingTelemetry();
  let isDown = false;
  const add = async (tenant: string, untilMs: number) => {
    writes.push(tenant);
    if (isDown) throw Object.assign(new Error('text of AWS'), { name: 'ThrottlingException' });
    await registry.add(tenant, untilMs);
  };
  const tenants = new KnownTenants({ add }, log);
  return {
    registry,
    writes,
    logged,
    note: (tenant: string, now: number) => tenants.note(tenant, now, POLICY),
    fail: (down: boolean) => {
      isDown = down;
    },
  };
}

test('a sandbox adds a tenant once a day', async () => {
  const { note, writes } = aSandbox();
  await note('a', START);
  await note('a', START + DAY_MS - 1);
  await note('b', START + DAY_MS - 1);
  await note('a', START + DAY_MS);

  expect(writes).toEqual(['a', 'b', 'a']);
});

test('a tenant stays known for as long as any of its jobs is kept', async () => {
  const { note, registry } = aSandbox();
  await note('a', START);
  // The tenant's last job, which the sandbox does not note, is kept for 7 days after its deadline.
  const lastJobMs = START + DAY_MS - 1;

  expect(await registry.all(lastJobMs + 7 * DAY_MS + 3_600_000)).toEqual(['a']);
  expect(await registry.all(START + 9 * DAY_MS)).toEqual([]);
});

test('a failure is logged without an error of AWS, and the next job adds the tenant', async () => {
  const { note, fail, registry, logged } = aSandbox();
  fail(true);
  await note('a', START);
  fail(false);
  await note('a', START + 1);

  expect(await registry.all(START)).toEqual(['a']);
  expect(logged).toEqual([
    { message: 'tenant not added to the registry', fields: { error: 'ThrottlingException' } },
  ]);
});
