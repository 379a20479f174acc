import { profileOf } from '../../lambda/contract/geography.ts';
import type { Target } from '../../lambda/contract/policy.ts';
import {
  QUOTA_SCOPE_NAMES,
  type QuotaName,
  type QuotaUnit,
  quotaNameOf,
  TOKENS_PER_DAY,
} from '../../lambda/contract/quota-names.ts';
import { quotaKey, quotaScopeOf } from '../../lambda/contract/quotas.ts';
import type { Candidate } from './candidates.ts';
import { Ledger } from './ledger.ts';
import type { Limit, LimitName } from './limits.ts';
import type { Call, Workload } from './workload.ts';

/** A quota that is too low for the jobs, or that nobody knows. */
export interface QuotaAsk {
  readonly region: string;
  /** The quota's name in Service Quotas. If that is not known, it ends with the model's id. */
  readonly quota: string;
  /** The quota's code in Service Quotas; absent if it is not known. */
  readonly code?: string;
  /** Absent if it is not known. */
  readonly value?: number;
  /** The value that is enough for the target's share of all jobs. */
  readonly needed: number;
  /** The cap on answers with which the quota is enough as it is, if calls hold much more than they use. */
  readonly orMaxTokens?: number;
}

const DAY: LimitName = 'tokens per day';
const MINUTES_PER_DAY = 1440;

/**
 * Returns the quotas with which these targets serve all jobs by their weights, as far as they have less.
 * Returns none if their quotas are enough together.
 */
export function asksOf(candidates: readonly Candidate[], workload: Workload): readonly QuotaAsk[] {
  const isKnown = candidates.every(({ limits }) => limits.some(({ name }) => name !== DAY));
  const fits = new Ledger().assign(workload.jobsPerDay, candidates);
  if (isKnown && sum(fits) >= workload.jobsPerDay) return [];
  const weights = sum(candidates.map(({ weight }) => weight));
  const demands = candidates.map((candidate) => ({
    ...candidate,
    jobsPerDay: (workload.jobsPerDay * candidate.weight) / weights,
  }));
  return [
    ...groupsBy(demands, ({ target }) => quotaKey(target)).flatMap((group) =>
      minuteAsks(group, workload),
    ),
    ...groupsBy(demands, ({ target }) => target.region).flatMap(dayAsks),
  ];
}

/** A target, and the jobs that it is to serve. */
interface Demand extends Candidate {
  readonly jobsPerDay: number;
}

type Group = readonly [Demand, ...Demand[]];

function groupsBy(demands: readonly Demand[], keyOf: (demand: Demand) => string): Group[] {
  const groups = new Map<string, [Demand, ...Demand[]]>();
  for (const demand of demands) {
    const group = groups.get(keyOf(demand));
    if (group) group.push(demand);
    else groups.set(keyOf(demand), [demand]);
  }
  return [...groups.values()];
}

/** Returns the asks for the quota that these targets share. Their calls are the same, as is their model. */
function minuteAsks(
  group: Group,
  { peak, answerSeconds, inputTokens }: Workload,
): readonly QuotaAsk[] {
  const [{ target, call, limits }] = group;
  const calls = (sum(group.map(({ jobsPerDay }) => jobsPerDay)) * peak) / MINUTES_PER_DAY;
  const callsAtOnce = Math.ceil((calls * answerSeconds) / 60);
  const used = calls * call.usedTokens;
  const tokens = Math.max(used, callsAtOnce * call.heldTokens);
  const ask = (unit: QuotaUnit, value: number | undefined, needed: number): QuotaAsk => ({
    region: target.region,
    ...namesOf(quotaNameOf(target, unit) ?? unknownName(target, unit)),
    ...(value !== undefined && { value }),
    needed: rounded(needed),
  });
  const asks: QuotaAsk[] = [];
  const requestsQuota = quotaIn(limits, 'requests per minute');
  if (requestsQuota !== undefined && calls > requestsQuota) {
    asks.push(ask('requests', requestsQuota, calls));
  }
  const tokensQuota = quotaIn(limits, 'tokens per minute');
  if (tokensQuota === undefined) {
    if (requestsQuota === undefined) asks.push(ask('tokens', undefined, tokens));
  } else if (tokens > tokensQuota) {
    const cap = used <= tokensQuota && capFor(call, inputTokens, tokensQuota / callsAtOnce);
    asks.push({ ...ask('tokens', tokensQuota, tokens), ...(cap && { orMaxTokens: cap }) });
  }
  return asks;
}

/** Returns the largest `maxTokens` with which a call holds no more than this; undefined if there is none. */
function capFor({ burndown, outputTokens }: Call, inputTokens: number, tokens: number) {
  const cap = Math.floor(tokens - inputTokens);
  return cap >= burndown * outputTokens ? cap : undefined;
}

function dayAsks(group: Group): readonly QuotaAsk[] {
  const [{ target, limits }] = group;
  const value = quotaIn(limits, DAY);
  const needed = rounded(sum(group.map(({ jobsPerDay, call }) => jobsPerDay * call.usedTokens)));
  const { region } = target;
  return value !== undefined && needed > value
    ? [{ region, ...namesOf(TOKENS_PER_DAY), value, needed }]
    : [];
}

function namesOf({ name, code }: QuotaName) {
  return { quota: name, ...(code !== undefined && { code }) };
}

/** Returns the beginning of the name, which all models share, and the id of the model. */
function unknownName(target: Target, unit: QuotaUnit): QuotaName {
  const name = `${QUOTA_SCOPE_NAMES[quotaScopeOf(target)]} model inference ${unit} per minute for ${profileOf(target).model}`;
  return { name };
}

function quotaIn(limits: readonly Limit[], name: LimitName): number | undefined {
  return limits.find((each) => each.name === name)?.value;
}

/** Rounds up to two digits, because the workload is an estimate. */
function rounded(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
