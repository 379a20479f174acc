import { profileOf } from '../../lambda/contract/geography.ts';
import { limitsOf, type QuotaScope, quotaKey, quotaScopeOf } from '../../lambda/contract/quotas.ts';
import type { Candidate } from './candidates.ts';
import { Ledger } from './ledger.ts';
import { type QuotaSources, tokensPerDayOf } from './limits.ts';
import type { Call, Workload } from './workload.ts';

/** A quota that is too low for the jobs, or that nobody knows. */
export interface QuotaAsk {
  readonly region: string;
  /** The quota's name in Service Quotas, without the model. */
  readonly quota: string;
  /** The id of the model; absent for the quota of a day. */
  readonly model?: string;
  /** Absent if it is not known. */
  readonly value?: number;
  /** The value that is enough for the target's share of all jobs. */
  readonly needed: number;
  /** The cap on answers with which the quota is enough as it is, if calls hold much more than they use. */
  readonly orMaxTokens?: number;
}

/** The words for a scope in the names of Service Quotas. */
const SCOPE_WORDS: Readonly<Record<QuotaScope, string>> = {
  'on-demand': 'On-demand',
  geo: 'Cross-region',
  global: 'Global cross-region',
};
const DAY_QUOTA = 'Cross-Model Max Tokens Per Day';

const MINUTES_PER_DAY = 1440;

/**
 * Returns the quotas with which these targets serve all jobs by their weights, as far as they have less.
 * Returns none if their quotas are enough together.
 */
export function asksOf(
  candidates: readonly Candidate[],
  workload: Workload,
  quotas: QuotaSources,
): readonly QuotaAsk[] {
  const isKnown = candidates.every(({ limits }) =>
    limits.some(({ name }) => name !== 'tokens per day'),
  );
  const fits = new Ledger().assign(workload.jobsPerDay, candidates);
  if (isKnown && sum(fits) >= workload.jobsPerDay) return [];
  const weights = sum(candidates.map(({ weight }) => weight));
  const demands = candidates.map((candidate) => ({
    ...candidate,
    jobsPerDay: (workload.jobsPerDay * candidate.weight) / weights,
  }));
  const keys = new Set(demands.map(({ target }) => quotaKey(target)));
  const regions = new Set(demands.map(({ target }) => target.region));
  return [
    ...[...keys].flatMap((key) => {
      const group = demands.filter(({ target }) => quotaKey(target) === key);
      return minuteAsks(group, workload, quotas);
    }),
    ...[...regions].flatMap((region) => {
      const group = demands.filter(({ target }) => target.region === region);
      return dayAsks(region, group, quotas);
    }),
  ];
}

/** A target, and the jobs that it is to serve. */
interface Demand extends Candidate {
  readonly jobsPerDay: number;
}

/** Returns the asks for the quota that these targets share. */
function minuteAsks(
  group: readonly Demand[],
  { peak, answerSeconds, inputTokens }: Workload,
  quotas: QuotaSources,
): readonly QuotaAsk[] {
  const [first] = group;
  if (!first) return [];
  const { target } = first;
  const { tokensPerMinute, requestsPerMinute } =
    limitsOf(quotas.settings, target, quotas.applied) ?? {};
  const about = { region: target.region, model: profileOf(target).model };
  const name = (unit: string) => `${SCOPE_WORDS[quotaScopeOf(target)]} model inference ${unit}`;
  const perMinute = (jobs: number) => (jobs * peak) / MINUTES_PER_DAY;
  const requests = perMinute(sum(group.map(({ jobsPerDay }) => jobsPerDay)));
  const used = sum(group.map((each) => perMinute(each.jobsPerDay) * each.call.usedTokens));
  const callsAtOnce = Math.ceil((requests * answerSeconds) / 60);
  const held = sum(
    group.map(
      (each) => Math.ceil((perMinute(each.jobsPerDay) * answerSeconds) / 60) * each.call.heldTokens,
    ),
  );
  const tokens = Math.max(used, held);
  const asks: QuotaAsk[] = [];
  if (requestsPerMinute !== undefined && requests > requestsPerMinute) {
    const quota = name('requests per minute');
    asks.push({ ...about, quota, value: requestsPerMinute, needed: rounded(requests) });
  }
  if (tokensPerMinute === undefined ? requestsPerMinute === undefined : tokens > tokensPerMinute) {
    const orMaxTokens = capFor(first.call, inputTokens, (tokensPerMinute ?? 0) / callsAtOnce);
    asks.push({
      ...about,
      quota: name('tokens per minute'),
      ...(tokensPerMinute !== undefined && { value: tokensPerMinute }),
      needed: rounded(tokens),
      ...(used <= (tokensPerMinute ?? 0) && orMaxTokens !== undefined && { orMaxTokens }),
    });
  }
  return asks;
}

/** Returns the largest `maxTokens` with which a call holds no more than this; undefined if there is none. */
function capFor({ burndown, outputTokens }: Call, inputTokens: number, tokens: number) {
  const cap = Math.floor(tokens - inputTokens);
  return cap >= burndown * outputTokens ? cap : undefined;
}

function dayAsks(
  region: string,
  group: readonly Demand[],
  quotas: QuotaSources,
): readonly QuotaAsk[] {
  const value = tokensPerDayOf(quotas, region);
  const needed = rounded(sum(group.map(({ jobsPerDay, call }) => jobsPerDay * call.usedTokens)));
  return value !== undefined && needed > value ? [{ region, quota: DAY_QUOTA, value, needed }] : [];
}

/** Rounds up to two digits, because the workload is an estimate. */
function rounded(value: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(value)) - 1);
  return Math.ceil(value / unit) * unit;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
