import config from '../../holdfast.config.ts';
import type { Settings, Target } from '../../lambda/contract/policy.ts';
import { PATIENCE_SECONDS } from '../../lambda/contract/policy.ts';
import { burndownOf } from '../../lambda/contract/quotas.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import type { CallRecord } from '../../local/bedrock/call-log.ts';
import type { QuotaRule } from '../../local/bedrock/fault-rule.ts';
import { SPEEDS } from '../../local/bedrock/speeds.ts';
import { defaultTiers } from '../support/settings.ts';
import { promptTokensOf, type QuotaLoad } from './quota-loads.ts';
import { type Demand, shareOfOracle } from './quota-oracle.ts';
import { Simulation } from './simulation.ts';

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
  readonly deferrals: number;
  readonly bucketWrites: number;
  readonly circuitsOpened: number;
}

export interface QuotaRunOptions {
  readonly seed: number;
  /** The duration of the traffic. */
  readonly seconds: number;
  /** False: the settings name no quota, so only the breaker learns of it. */
  readonly isKnown: boolean;
}

/** The longest time that the last jobs may take. */
const DRAIN_SECONDS = 900;
const MS_PER_PRIMARY_TOKEN = 1000 / 63;

/** Runs the traffic in virtual time on the shipped settings, with realistic answers. */
export async function runQuotaLoad(
  load: QuotaLoad,
  options: QuotaRunOptions,
): Promise<QuotaFigures> {
  const { jobsPerSecond } = load;
  const { seconds, seed } = options;
  const settings = settingsOf(load, options.isKnown);
  const simulation = new Simulation({ settings, seed, speed: SPEEDS.realistic, pollers: 20 });
  const rule = ruleOf(load);
  simulation.bedrock.faults.set(rule);
  const posted = simulation.post({
    count: Math.round(seconds * jobsPerSecond),
    perSecond: jobsPerSecond,
    prompt: (n) => `${n} ${'x'.repeat(4 * promptTokensOf(load, n))}`,
  });
  await simulation.run(seconds + DRAIN_SECONDS);
  await posted;
  return figuresOf(simulation, settings, load, rule, seconds);
}

function ruleOf({
  quota,
  outsideTokensPerMinute,
  tokensPerDay,
  minuteShape,
}: QuotaLoad): QuotaRule {
  return {
    fault: 'quota',
    model: '*sonnet-4-5*',
    ...quota,
    ...(outsideTokensPerMinute !== undefined && { outsideTokensPerMinute }),
    ...(tokensPerDay !== undefined && { tokensPerDay }),
    ...(minuteShape && { minuteShape }),
  };
}

/** Returns the shipped settings, with a quota for each target of the first tier. */
function settingsOf({ quota }: QuotaLoad, isKnown: boolean): Settings {
  const [first, ...others] = config.tiers ?? [];
  const targets = first?.targets.map((target) => ({ ...target, ...(isKnown && { quota }) }));
  return parseSettings({ ...config, tiers: [{ ...first, targets }, ...others] }, 'the rig');
}

function figuresOf(
  { bedrock, jobs, buckets, changes, startMs }: Simulation,
  settings: Settings,
  load: QuotaLoad,
  rule: QuotaRule,
  seconds: number,
): QuotaFigures {
  const calls = bedrock.log.calls();
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
  const firstWait = Math.min(
    ...jobs.filter((job) => job.deferrals > 0).map((job) => job.createdAt),
  );
  const endMs = startMs + seconds * 1000;
  return {
    throttled: throttled.length,
    otherFailures: failed.length - throttled.length,
    primaryShare: done.filter(({ tier }) => tier === first?.name).length / jobs.length,
    bound: shareOfOracle(demands, targets, rule, PATIENCE_SECONDS * 1000),
    idleShare: idleShare(calls, targets, load, [firstWait, endMs]),
    unanswered: jobs.length - done.length,
    medianSeconds: waits[Math.floor(waits.length / 2)] ?? 0,
    slowestSeconds: waits.at(-1) ?? 0,
    deferrals: jobs.reduce((sum, job) => sum + job.deferrals, 0),
    bucketWrites: buckets.writes,
    circuitsOpened: changes.filter(({ type }) => type === 'opened').length,
  };
}

function isAnswered({ outcome }: CallRecord): boolean {
  return outcome === 'answered';
}

/** Returns the job as a call of the first tier, also if another tier has answered it. */
function demandOf(call: CallRecord, atMs: number, maxTokens: number): Demand {
  const { inputTokens, outputTokens = 0 } = call;
  const latency = SPEEDS.realistic.latency.models?.['*claude-sonnet-4-5*'];
  const ms = (latency?.firstTokenMs ?? 0) + outputTokens * MS_PER_PRIMARY_TOKEN;
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
