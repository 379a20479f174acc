import { userMessage } from '../../lambda/contract/conversation.ts';
import type { Settings, SettingsInput } from '../../lambda/contract/policy.ts';
import { NO_QUOTAS, type QuotaGate } from '../../lambda/core/admission/quotas.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import { createRouter, type Router } from '../../lambda/core/router/router.ts';
import type { JobLease, LeaseLoss, RunRequest } from '../../lambda/core/router/run-request.ts';
import { FakeCircuitGate } from './fake-circuit-gate.ts';
import { FakeModelClient, type ModelScript } from './fake-model-client.ts';
import { memoryDisabledTargets } from './memory-disabled-targets.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { someSettings } from './settings.ts';
import { SILENT } from './silent-telemetry.ts';
import { VirtualClock } from './virtual-clock.ts';

export const EAST_SONNET = 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const WEST_SONNET = 'us-west-2/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
export const EAST_HAIKU = 'us-east-1/us.anthropic.claude-haiku-4-5-20251001-v1:0';
export const WEST_HAIKU = 'us-west-2/us.anthropic.claude-haiku-4-5-20251001-v1:0';

/** Returns settings with two tiers in two regions. The east has nearly all the weight. */
export function aChain(input: Partial<SettingsInput> = {}): Settings {
  return someSettings({
    tiers: [
      { name: 'primary', targets: [first(EAST_SONNET), last(WEST_SONNET)], maxTokens: 4096 },
      {
        name: 'last-resort',
        targets: [first(EAST_HAIKU), last(WEST_HAIKU)],
        maxTokens: 1024,
        simplify: 'Be brief.',
      },
    ],
    ...input,
  });
}

export function targetOf(key: string) {
  const [region = '', ...modelId] = key.split('/');
  return { region, modelId: modelId.join('/') };
}

interface RouterWorld {
  readonly router: Router;
  readonly circuits: FakeCircuitGate;
  readonly models: FakeModelClient;
  readonly clock: VirtualClock;
  /** The sum of each metric, by its name and its dimensions' values. */
  readonly counts: Readonly<Record<string, number>>;
  /** Returns the keys of the targets called so far. */
  called(): readonly string[];
}

/** Returns a router over fakes: circuits are closed, models answer. */
export function aRouter(
  given: {
    readonly settings?: Settings;
    readonly script?: ModelScript;
    readonly quotas?: QuotaGate;
    readonly clock?: VirtualClock;
  } = {},
): RouterWorld {
  const settings = given.settings ?? aChain();
  const clock = given.clock ?? new VirtualClock(1_000_000);
  const circuits = new FakeCircuitGate();
  const models = new FakeModelClient(given.script);
  const { metrics, counts } = recordingTelemetry();
  const disabledTargets = new DisabledTargets({
    store: memoryDisabledTargets(),
    policy: () => settings.breaker,
    clock,
    log: SILENT,
  });
  const router = createRouter({
    settings: () => settings,
    circuits,
    models,
    quotas: given.quotas ?? NO_QUOTAS,
    clock,
    disabledTargets,
    log: SILENT,
    metrics,
  });
  const called = () => models.calls.map(({ target }) => `${target.region}/${target.modelId}`);
  return { router, circuits, models, clock, counts, called };
}

export function aRun(request: Partial<RunRequest> = {}): RunRequest {
  return {
    jobId: 'job-1',
    tenant: 'tenant',
    chain: 'default',
    conversation: { messages: [userMessage('hello')] },
    whenOpen: 'fallback',
    attempts: [],
    failedCalls: 0,
    deadlineAtMs: 1_000_000 + 86_400_000,
    functionEndsAtMs: 1_000_000 + 870_000,
    lease: aLease(),
    ...request,
  };
}

/** Returns a lease that is lost for the given reason, before the call or during it. */
export function aLease(
  loss: { readonly before?: LeaseLoss; readonly during?: LeaseLoss } = {},
): JobLease {
  return { renew: async () => loss.before ?? 'go', hold: async () => loss.during };
}

function first(key: string) {
  return { ...targetOf(key), weight: 1000 };
}

function last(key: string) {
  return { ...targetOf(key), weight: 0.001 };
}
