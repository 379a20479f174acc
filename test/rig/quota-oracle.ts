import { profileOf } from '../../lambda/contract/geography.ts';
import type { Target } from '../../lambda/contract/policy.ts';
import { burndownOf } from '../../lambda/contract/quotas.ts';
import { AccountQuotas } from '../../local/bedrock/account-quotas.ts';
import type { QuotaRule } from '../../local/bedrock/fault-rule.ts';

/** A job as it would run on the first tier. */
export interface Demand {
  /** The time of its acceptance, in milliseconds. */
  readonly atMs: number;
  readonly inputTokens: number;
  readonly maxTokens: number;
  readonly outputTokens: number;
  /** The duration of the call, in milliseconds. */
  readonly ms: number;
}

const STEP_MS = 100;
const MINUTE_MS = 60_000;

/**
 * Returns the share of the jobs, 0 to 1, that an oracle answers on targets within their quotas. It sees the
 * true state of each quota and knows what each call will use. A job joins a queue if its turn will come
 * within `patienceMs`, and goes elsewhere otherwise, whatever its size. The oracle begins each call, in the
 * order of the queue, as soon as a quota has room for it.
 */
export function shareOfOracle(
  demands: readonly Demand[],
  targets: readonly Target[],
  rule: QuotaRule,
  patienceMs: number,
): number {
  let nowMs = demands[0]?.atMs ?? 0;
  const quotas = new AccountQuotas(rule, () => nowMs);
  const ends: { readonly atMs: number; readonly settle: () => void }[] = [];
  const begins = (demand: Demand) =>
    targets.some((target) => {
      const place = { region: target.region, model: profileOf(target).model };
      const hold = quotas.hold(place, demand.inputTokens + demand.maxTokens);
      if (typeof hold !== 'object') return false;
      ends.push({ atMs: nowMs + demand.ms, settle: () => hold.settle(demand) });
      return true;
    });
  const arrivals = [...demands];
  const queue: Demand[] = [];
  let served = 0;
  const lastMs = (demands.at(-1)?.atMs ?? 0) + 2 * patienceMs + MINUTE_MS;
  for (; nowMs <= lastMs; nowMs += STEP_MS) {
    for (const end of ends.filter(({ atMs }) => atMs <= nowMs)) {
      end.settle();
      ends.splice(ends.indexOf(end), 1);
    }
    for (let next = arrivals[0]; next && next.atMs <= nowMs; next = arrivals[0]) {
      arrivals.shift();
      if (waitOf(queue, targets, rule) <= patienceMs) queue.push(next);
    }
    for (let next = queue[0]; next && begins(next); next = queue[0]) {
      queue.shift();
      served += 1;
    }
  }
  return served / demands.length;
}

/** Returns the time in which the quotas make up for what a queue of jobs will use, in milliseconds. */
function waitOf(queue: readonly Demand[], targets: readonly Target[], rule: QuotaRule): number {
  const { tokensPerMinute = Infinity, requestsPerMinute = Infinity } = rule;
  const { outsideTokensPerMinute = 0 } = rule;
  const [target] = targets;
  const burndown = target ? burndownOf(target) : 1;
  const tokens = queue.reduce(
    (sum, each) => sum + each.inputTokens + burndown * each.outputTokens,
    0,
  );
  const minutes = Math.max(
    tokens / (tokensPerMinute - outsideTokensPerMinute),
    queue.length / requestsPerMinute,
  );
  return (minutes * MINUTE_MS) / targets.length;
}
