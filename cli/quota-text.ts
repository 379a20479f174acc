import type { AdminHealth } from '../client/client.ts';
import type { Paint } from './terminal.ts';

type Quotas = Pick<AdminHealth, 'quotas' | 'dayBudgets' | 'quotasCheckedAt'>;
type Quota = AdminHealth['quotas'][number];
type DayBudget = NonNullable<AdminHealth['dayBudgets']>[number];

/** The quotas as text, a line each. All values are free of control characters. */
export function quotasText(
  { quotas, dayBudgets = [], quotasCheckedAt }: Quotas,
  paint: Paint,
): string {
  return [
    ...quotas.map((quota) => quotaText(quota, paint)),
    ...dayBudgets.map((budget) => dayText(budget, paint)),
    quotasCheckedAt === undefined
      ? 'Service Quotas: not yet read'
      : `Service Quotas: read at ${quotasCheckedAt}`,
  ].join('\n');
}

function quotaText(quota: Quota, paint: Paint): string {
  const { quota: name, source, tokensPerMinute, requestsPerMinute, noAccess, use } = quota;
  const limits = [
    ...(tokensPerMinute === undefined ? [] : [`${many(tokensPerMinute)} tokens`]),
    ...(requestsPerMinute === undefined ? [] : [`${many(requestsPerMinute)} requests`]),
  ].join(' and ');
  const facts = [
    ...(source === undefined ? [] : [`${limits} a minute (${source})`]),
    ...(noAccess ? [paint('red', 'no access, because Service Quotas says 0')] : []),
    ...(source === undefined && !noAccess
      ? [paint('dim', 'limits not known, so all calls are admitted')]
      : []),
    ...(use ? useText(use, paint) : []),
  ];
  return `${name}  ${facts.join(', ')}`;
}

function useText(use: NonNullable<Quota['use']>, paint: Paint): readonly string[] {
  const { heldPercent, freeAt, ratePercent, tokensToday } = use;
  return [
    ...Object.entries(heldPercent).map(([resource, percent]) => `${percent} % of ${resource} held`),
    ...(freeAt === undefined ? [] : [paint('yellow', `full until ${freeAt}`)]),
    ...(ratePercent < 100 ? [paint('yellow', `lowered to ${ratePercent} % by throttles`)] : []),
    `${many(tokensToday)} tokens today`,
  ];
}

function dayText(budget: DayBudget, paint: Paint): string {
  const { region, source, tokensPerDay, spent, lastHour, resetAt, endsAt } = budget;
  const facts = [
    `${many(spent)} of ${many(tokensPerDay)} tokens used (${source})`,
    `${many(lastHour)} in the last hour`,
    ...(endsAt === undefined ? [] : [paint('red', `empty at ${endsAt}`)]),
    `reset at ${resetAt}`,
  ];
  return `day of ${region}  ${facts.join(', ')}`;
}

function many(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}
