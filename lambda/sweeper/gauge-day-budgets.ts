import { DIMENSION, METRIC } from '../contract/metrics.ts';
import { type DayBudget, endsEarlyByMs } from '../core/admission/day-budget.ts';
import type { Metrics } from '../core/telemetry.ts';

/** Reports how much of each known daily quota is used, and whether it will last until its reset. */
export function gaugeDayBudgets(budgets: ReadonlyMap<string, DayBudget>, metrics: Metrics): void {
  if (budgets.size === 0) return;
  const early = [...budgets].map(([region, budget]) => {
    const seconds = Math.round(endsEarlyByMs(budget) / 1000);
    metrics.gauge(METRIC.dayTokens, budget.spent, { [DIMENSION.region]: region });
    metrics.gauge(METRIC.dayBudgetEndsEarly, seconds, { [DIMENSION.region]: region });
    return seconds;
  });
  metrics.gauge(METRIC.dayBudgetEndsEarly, Math.max(...early));
}
