import { PATIENCE_SECONDS, type Settings, type Target } from '../../lambda/contract/policy.ts';
import { burndownOf } from '../../lambda/contract/quotas.ts';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import { SPEEDS } from '../../local/bedrock/speeds.ts';
import { defaultTiers } from '../support/settings.ts';
import type { CircuitChange, JobRecord } from './outage-run.ts';
import { type QuotaLoad, ruleOf } from './quota-loads.ts';
import { type Demand, shareOfOracle } from './quota-oracle.ts';

/** The record of traffic beyond a quota, in virtual time or in real time. */
export interface QuotaRun {
  readonly settings: Settings;
  readonly load: QuotaLoad;
  /** The begin of the traffic, in milliseconds since the epoch, and its duration. */
  readonly startMs: number;
  readonly seconds: number;
  readonly jobs: readonly QuotaJob[];
  readonly calls: readonly CallRecord[];
  readonly changes: readonly CircuitChange[];
}

export interface QuotaJob extends JobRecord {
  readonly attempts: readonly { readonly reason?: string }[];
}

/** The figures of a run within quotas. Shares are 0 to 1. */
export interface QuotaFigures {
  readonly throttled: number;
  readonly otherFailures: number;
  readonly primaryShare: number;
  /** The share that the first tier can answer within its quotas. */
  readonly bound: number;
  /** The share of the quota that nobody used while jobs waited. */
  readonly idleShare: number;
  readonly unanswered: number;
  readonly medianSeconds: number;
  readonly slowestSeconds: number;
  /** The jobs that found a quota used up, and waited or went to another target. */
  readonly metFullQuota: number;
  readonly circuitsOpened: number;
}

export function quotaFiguresOf({
  settings,
  load,
  startMs,
  seconds,
  jobs,
  calls,
  changes,
}: QuotaRun): QuotaFigures {
  const failed = calls.filter(({ outcome }) => outcome !== 'answered');
  const throttled = failed.filter(({ outcome }) => outcome.startsWith('throttle'));
  const done = jobs.filter(({ status }) => status === 'SUCCEEDED');
  const waits = done
    .map(({ createdAt, completedAt = createdAt }) => (completedAt - createdAt) / 1000)
    .toSorted((a, b) => a - b);
  const [first] = defaultTiers(settings);
  const targets = first?.targets ?? [];
  const answers = new Map(calls.filter(isAnswered).map((call) => [call.jobId, call]));
  const demands = jobs.flatMap(({ jobId, createdAt }) => {
    const call = answers.get(jobId);
    return call ? [demandOf(call, createdAt, first?.maxTokens ?? 0)] : [];
  });
  const waited = jobs.filter(({ attempts }) => attempts.some(isQuotaFull));
  const firstWait = Math.min(...waited.map(({ createdAt }) => createdAt));
  const endMs = startMs + seconds * 1000;
  return {
    throttled: throttled.length,
    otherFailures: failed.length - throttled.length,
    primaryShare: done.filter(({ tier }) => tier === first?.name).length / jobs.length,
    bound: shareOfOracle(demands, targets, ruleOf(load), PATIENCE_SECONDS * 1000),
    idleShare: idleShare(calls, targets, load, [firstWait, endMs]),
    unanswered: jobs.length - done.length,
    medianSeconds: waits[Math.floor(waits.length / 2)] ?? 0,
    slowestSeconds: waits.at(-1) ?? 0,
    metFullQuota: waited.length,
    circuitsOpened: changes.filter(({ type }) => type === 'opened').length,
  };
}

function isQuotaFull({ reason }: { readonly reason?: string }): boolean {
  return reason === 'quota-full';
}

function isAnswered({ outcome }: CallRecord): boolean {
  return outcome === 'answered';
}

/** Returns the job as a call of the first tier, also if another tier has answered it. */
function demandOf(call: CallRecord, atMs: number, maxTokens: number): Demand {
  const { inputTokens, outputTokens = 0 } = call;
  const { models = {} } = SPEEDS.realistic.latency;
  const { firstTokenMs = 0, tokensPerSecond = 1 } = models['*claude-sonnet-4-5*'] ?? {};
  const ms = firstTokenMs + (1000 * outputTokens) / tokensPerSecond;
  return { atMs, inputTokens, maxTokens, outputTokens, ms };
}

/** Returns the share of the quotas that calls did not use between two times. */
function idleShare(
  calls: readonly CallRecord[],
  targets: readonly Target[],
  { quota, outsideTokensPerMinute = 0 }: QuotaLoad,
  [fromMs, toMs]: readonly [number, number],
): number {
  const minutes = (toMs - fromMs) / 60_000;
  if (!(minutes > 0.5)) return 0;
  const shares = targets.map((target) => {
    const own = calls.filter(
      (call) => call.region === target.region && call.model === target.modelId && isAnswered(call),
    );
    const ended = own.filter(({ startedAtMs, ms = 0 }) => isWithin(startedAtMs + ms, fromMs, toMs));
    const cost = (call: CallRecord) =>
      call.inputTokens + burndownOf(target) * (call.outputTokens ?? 0);
    const tokens = ended.reduce((sum, call) => sum + cost(call), 0);
    const { tokensPerMinute = Infinity, requestsPerMinute = Infinity } = quota;
    const begun = own.filter(({ startedAtMs }) => isWithin(startedAtMs, fromMs, toMs)).length;
    const used = tokens / ((tokensPerMinute - outsideTokensPerMinute) * minutes);
    return Math.max(used, begun / (requestsPerMinute * minutes));
  });
  return 1 - shares.reduce((sum, share) => sum + share, 0) / targets.length;
}

function isWithin(atMs: number, fromMs: number, toMs: number): boolean {
  return atMs >= fromMs && atMs < toMs;
}
