import type { Settings } from '../../contract/policy.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { Clock, Random } from '../clock.ts';
import type { Log, Metrics } from '../telemetry.ts';
import { CallRecorder } from './call-recorder.ts';
import { DisabledTargets, inProcessDisabledTargets } from './disabled-targets.ts';
import type { ModelClient } from './model-client.ts';
import { RegionWatch } from './region-watch.ts';
import { RetryBudget } from './retry-budget.ts';
import { Run } from './run.ts';
import type { RunRequest } from './run-request.ts';
import type { RunResult } from './run-result.ts';

export interface RouterParts {
  readonly settings: () => Settings;
  readonly circuits: CircuitGate;
  readonly models: ModelClient;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** Shared with the rest of the fleet. @default what this process has seen itself */
  readonly disabledTargets?: DisabledTargets;
  readonly metrics?: Metrics;
  readonly log?: Log;
}

export interface Router {
  /** One pass over the targets that admit the job. Throws only for broken infrastructure. */
  run(request: RunRequest): Promise<RunResult>;
}

/** Made once per process: what one run learns of regions and budgets serves the next. */
export function createRouter(parts: RouterParts): Router {
  const { settings, clock, log } = parts;
  const shared = {
    ...parts,
    recorder: new CallRecorder(parts),
    regions: new RegionWatch(parts),
    retries: new RetryBudget(),
    disabledTargets:
      parts.disabledTargets ??
      new DisabledTargets({
        store: inProcessDisabledTargets(),
        policy: () => settings().breaker,
        clock,
        log,
      }),
  };
  return { run: (request) => new Run(shared, settings(), request).run() };
}
