import { chainOf } from '../../contract/chains.ts';
import type { Settings } from '../../contract/policy.ts';
import type { QuotaGate } from '../admission/quotas.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { Clock } from '../clock.ts';
import type { Log, Metrics } from '../telemetry.ts';
import { CallRecorder } from './call-recorder.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import type { ModelClient } from './model-client.ts';
import { RegionWatch } from './region-watch.ts';
import { RetryBudget } from './retry-budget.ts';
import { Run } from './run.ts';
import type { RunRequest } from './run-request.ts';
import { chainGone, type RunResult, refusedEnd } from './run-result.ts';

export interface RouterParts {
  readonly settings: () => Settings;
  readonly circuits: CircuitGate;
  readonly models: ModelClient;
  readonly quotas: QuotaGate;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly disabledTargets: DisabledTargets;
  readonly metrics: Metrics;
  readonly log: Log;
}

export interface Router {
  /**
   * Runs a job once. Refuses it if the settings no longer have its chain. Throws only if
   * infrastructure is broken.
   */
  run(request: RunRequest): Promise<RunResult>;
}

/** Creates the router of a process. Its runs share the region watch and the retry budget. */
export function createRouter(parts: RouterParts): Router {
  const shared = {
    ...parts,
    recorder: new CallRecorder(parts),
    regions: new RegionWatch(parts),
    retries: new RetryBudget(),
  };
  return {
    run: async (request) => {
      const settings = parts.settings();
      const { chain } = request;
      if (!chainOf(settings, chain)) return { ...refusedEnd(chainGone(chain)), attempts: [] };
      return new Run(shared, settings, request).run();
    },
  };
}
