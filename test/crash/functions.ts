import { redrive } from '../../lambda/admin/redrive.ts';
import { SANDBOX_INPUT_BYTES } from '../../lambda/contract/input-limits.ts';
import { LONGEST_WAIT_SECONDS } from '../../lambda/contract/longest-wait.ts';
import { workerTimeoutSeconds } from '../../lambda/contract/time-budget.ts';
import { Quotas } from '../../lambda/core/admission/quotas.ts';
import type { Clock, Random } from '../../lambda/core/clock.ts';
import { JobEnds } from '../../lambda/core/jobs/job-ends.ts';
import { KnownTenants } from '../../lambda/core/jobs/known-tenants.ts';
import { MemoryBudget } from '../../lambda/core/jobs/memory-budget.ts';
import { createRouter } from '../../lambda/core/router/router.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { sweep } from '../../lambda/sweeper/sweep.ts';
import { work } from '../../lambda/worker/work.ts';
import { callFunction } from '../support/api-caller.ts';
import { type ApiEventOptions, anApiEvent } from '../support/api-event.ts';
import { memoryTenantRegistry } from '../support/memory-tenant-registry.ts';
import { SILENT, UNCOUNTED } from '../support/silent-telemetry.ts';
import type { Ports } from './platform.ts';

export interface Runtime {
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: () => string;
}

/** Composes the functions over the ports of a process, as their handlers do. */
export function functionsOf(ports: Ports, runtime: Runtime) {
  const { clock } = runtime;
  const { settings: source, buckets, tamperQuotas = (quotas) => quotas, ...others } = ports;
  const settings = () => source.current;
  const ends = new JobEnds({ ...others, settings, log: SILENT, metrics: UNCOUNTED });
  const dependencies = { ...others, ...runtime, ends, log: SILENT, metrics: UNCOUNTED };

  return {
    async request(options: ApiEventOptions) {
      const api = {
        ...dependencies,
        // No job depends on the registry, so no fault is injected into it.
        knownQuotas: { current: () => undefined },
        tenants: new KnownTenants(memoryTenantRegistry(), SILENT),
        openApi: {},
        settingsFault: () => undefined,
        longestWaitSeconds: LONGEST_WAIT_SECONDS.shared,
      };
      const event = anApiEvent(options);
      return callFunction(api, () => source.read(), event, clock.now() + 28_000);
    },

    async worker(body: string, timeoutMs?: number) {
      const quotas = tamperQuotas(
        new Quotas({
          ...{ store: buckets, settings, clock, log: SILENT },
          newPrivateStore: () => new MemoryBucketStore(() => clock.now()),
        }),
      );
      const router = createRouter({ ...dependencies, quotas, settings });
      try {
        const inForce = await source.read();
        const wholeMs = workerTimeoutSeconds(inForce.jobs) * 1000;
        const invocation = { settings: inForce, endsAtMs: clock.now() + (timeoutMs ?? wholeMs) };
        const memory = new MemoryBudget(SANDBOX_INPUT_BYTES);
        await work({ ...dependencies, memory, router }, invocation, body);
      } finally {
        await Promise.all([ports.circuits.flush(), quotas.flush()]);
      }
    },

    async sweeper() {
      await source.read();
      await sweep(dependencies, clock.now() + 45_000);
    },

    async operator() {
      const request = { limit: 10, maxPerSecond: 10, dryRun: false };
      await redrive(dependencies, await source.read(), request, clock.now() + 28_000);
    },
  };
}
