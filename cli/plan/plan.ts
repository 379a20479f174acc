import { type Chain, type Settings, type Tier, targetKey } from '../../lambda/contract/policy.ts';
import type { AppliedQuotas } from '../../lambda/contract/quotas.ts';
import { asksOf, type QuotaAsk } from './asks.ts';
import { type Candidate, candidatesOf } from './candidates.ts';
import { Ledger } from './ledger.ts';
import { bindingLimit, type Limit } from './limits.ts';
import { type WorkersPlan, workersPlan } from './workers.ts';
import type { Call, Workload } from './workload.ts';

/** How the jobs of a day run within the known quotas. Counts are jobs per day. */
export interface Plan {
  readonly workload: Workload;
  readonly tiers: readonly TierPlan[];
  /** The jobs for which no tier has quota. They wait, and may expire. */
  readonly jobsThatWait: number;
  /** In US dollars; absent if a target whose price is not known serves jobs. */
  readonly costUsdPerDay?: number;
  readonly workers: WorkersPlan;
  /** The quotas that the first tier lacks to serve all jobs. */
  readonly asks: readonly QuotaAsk[];
}

export interface TierPlan {
  readonly tier: string;
  /** The jobs that the tier's quotas allow on their own; absent if a target has no known quota. */
  readonly fits?: number;
  /** The jobs that it serves, given those of the tiers before it. */
  readonly jobs: number;
  readonly targets: readonly TargetPlan[];
}

export interface TargetPlan {
  readonly target: string;
  readonly jobs: number;
  readonly call: Call;
  /** The limits that are known. */
  readonly limits: readonly Limit[];
  /** The limit that is reached first. */
  readonly binds?: Limit['name'];
}

/**
 * Plans the jobs of a day: each tier serves what its quotas allow, and the next tier the others.
 *
 * @param applied the quotas of the account, for those that the settings do not have
 */
export function planOf(
  { tiers }: Chain,
  workload: Workload,
  settings: Settings,
  applied?: AppliedQuotas,
): Plan {
  const quotas = { settings, ...(applied && { applied }) };
  const ledger = new Ledger();
  const planned: TierPlan[] = [];
  const costs: (number | undefined)[] = [];
  let left = workload.jobsPerDay;
  for (const tier of tiers) {
    const candidates = candidatesOf(tier, workload, quotas);
    const jobs = ledger.assign(left, candidates);
    planned.push(tierPlan(tier, candidates, jobs));
    costs.push(...candidates.map(({ call }, i) => costOf(call, jobs[i] ?? 0)));
    left -= sum(jobs);
  }
  const costUsdPerDay = sum(costs.map((cost) => cost ?? Number.NaN));
  return {
    workload,
    tiers: planned,
    jobsThatWait: Math.round(left),
    ...(!Number.isNaN(costUsdPerDay) && { costUsdPerDay }),
    workers: workersPlan(workload, settings.jobs),
    asks: tiers[0] ? asksOf(candidatesOf(tiers[0], workload, quotas), workload) : [],
  };
}

function tierPlan(
  { name: tier }: Tier,
  candidates: readonly Candidate[],
  jobs: readonly number[],
): TierPlan {
  const fits = Math.floor(sum(new Ledger().assign(Number.POSITIVE_INFINITY, candidates)));
  return {
    tier,
    ...(Number.isFinite(fits) && { fits }),
    jobs: Math.round(sum(jobs)),
    targets: candidates.map(({ target, call, limits }, i) => {
      const binds = bindingLimit(limits)?.name;
      return {
        target: targetKey(target),
        jobs: Math.round(jobs[i] ?? 0),
        call,
        limits,
        ...(binds && { binds }),
      };
    }),
  };
}

function costOf({ costUsd }: Call, jobs: number): number | undefined {
  return jobs > 0 ? costUsd && costUsd * jobs : 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
