import type { Paint } from '../terminal.ts';
import type { QuotaAsk } from './asks.ts';
import type { Limit } from './limits.ts';
import type { Plan, TargetPlan, TierPlan } from './plan.ts';

/** A plan with the name of its chain. */
export interface PlanOfChain extends Plan {
  readonly chain: string;
}

/** The plan as text. */
export function planText(plan: PlanOfChain, paint: Paint): string {
  const { tiers, jobsThatWait, asks, costUsdPerDay } = plan;
  return [
    workloadText(plan),
    ...tiers.map((tier) => tierText(tier, paint)),
    ...(jobsThatWait > 0
      ? [paint('red', `${many(jobsThatWait)} jobs a day find no quota on any tier, and wait`)]
      : []),
    workersText(plan),
    costUsdPerDay === undefined
      ? 'Cost: unknown, because the price of a target is not known'
      : `Cost at list price: ${dollars(costUsdPerDay)} a day, ${dollars(30 * costUsdPerDay)} in 30 days`,
    ...(asks.length > 0
      ? [['Quotas for all jobs on the first tier:', ...asks.map(askText)].join('\n')]
      : []),
  ].join('\n\n');
}

function workloadText({ chain, workload }: PlanOfChain): string {
  const { jobsPerDay, inputTokens, outputTokens, peak, answerSeconds } = workload;
  const perMinute = (jobsPerDay * peak) / 1440;
  const minute =
    peak === 1 ? 'evenly over the day' : `${peak} times the average in the busiest minute`;
  return `Chain ${chain}: ${many(jobsPerDay)} jobs a day, ${minute} (${few(perMinute)} a minute).
A job has ${many(inputTokens)} input and ${many(outputTokens)} output tokens, and takes ${answerSeconds} s.`;
}

function tierText({ tier, fits, jobs, targets }: TierPlan, paint: Paint): string {
  const room =
    fits === undefined ? 'not all of its quotas are known' : `its quotas allow ${many(fits)}`;
  const none = '  No model of this tier has a window for these jobs.';
  return [
    `${paint('bold', `Tier ${tier}`)}: ${many(jobs)} jobs a day; ${room}`,
    ...(targets.length > 0 ? targets.map((target) => targetText(target, paint)) : [none]),
  ].join('\n');
}

function targetText({ target, jobs, call, limits, binds }: TargetPlan, paint: Paint): string {
  const { heldTokens, usedTokens, burndown, maxTokens } = call;
  const held = `holds ${many(heldTokens)} tokens while it runs (maxTokens ${many(maxTokens)})`;
  const used = `costs ${many(usedTokens)} of the quota (an output token costs ${burndown})`;
  return [
    `  ${target}: ${many(jobs)} jobs a day`,
    `    A call ${held}, and ${used}.`,
    ...limits.map((limit) => limitText(limit, binds, paint)),
    ...(limits.length === 0
      ? [paint('yellow', '    Its quota is unknown, so this plan has no limit for it.')]
      : []),
  ].join('\n');
}

function limitText(
  { name, value, jobsPerDay }: Limit,
  binds: Limit['name'] | undefined,
  paint: Paint,
): string {
  const text = `    ${`${name} ${many(value)}`.padEnd(34)} allow ${many(Math.floor(jobsPerDay))} jobs a day`;
  return name === binds ? paint('yellow', `${text} (reached first)`) : text;
}

function workersText({ workers }: Plan): string {
  const { jobsAtOnce, sandboxes, workerConcurrency, batchSize } = workers;
  const room = workerConcurrency * batchSize;
  const need = `Workers: up to ${many(jobsAtOnce)} jobs run at the same time, in at least ${many(sandboxes)} sandboxes`;
  const allowed = `jobs.workerConcurrency ${workerConcurrency} × jobs.batchSize ${batchSize} allow ${many(room)} jobs`;
  if (jobsAtOnce <= room) return `${need}; ${allowed}.`;
  return `${need}, but ${allowed}: raise one of them (docs/settings.md).`;
}

function askText({ region, quota, code, value, needed, orMaxTokens }: QuotaAsk): string {
  const name = code === undefined ? quota : `${quota} (${code})`;
  const now = value === undefined ? 'unknown, so look it up' : `now ${many(value)}`;
  const or = orMaxTokens === undefined ? '' : `, or maxTokens of at most ${many(orMaxTokens)}`;
  return `  ${region}: ${name}: ${many(needed)} (${now})${or}`;
}

function many(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

function few(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 2 });
}

function dollars(value: number): string {
  return value.toLocaleString('en-US', { style: 'currency', currency: 'USD' });
}
