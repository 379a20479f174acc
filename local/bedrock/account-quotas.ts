import { burndownOf, quotaKey } from '../../lambda/contract/quotas.ts';
import type { QuotaRule } from './fault-rule.ts';
import { DayQuota, Quota, type Usage } from './quota.ts';

const MINUTES_PER_DAY = 1440;

export type Exhausted = 'requests' | 'tokens' | 'day';

/** A call that holds tokens. */
export interface QuotaHold {
  /** Charges the tokens that the call used. Call it once, when the call ends. */
  settle(used: Usage): void;
}

/**
 * The quotas that one rule gives an account: one per minute for each source Region, scope and model, and
 * one per day for each source Region.
 */
export class AccountQuotas {
  readonly #rule: QuotaRule;
  readonly #now: () => number;
  readonly #minutes = new Map<string, Quota>();
  readonly #days = new Map<string, DayQuota>();

  constructor(rule: QuotaRule, now: () => number) {
    this.#rule = rule;
    this.#now = now;
  }

  /** Holds a call's tokens: its input and its maxTokens. */
  hold(target: { region: string; model: string }, tokens: number): Exhausted | QuotaHold {
    const { region, model: modelId } = target;
    const called = { region, modelId };
    const day = this.#day(region);
    if (day?.isUsedUp(this.#now())) return 'day';
    const minute = this.#minute(quotaKey(called));
    const exhausted = minute.hold(tokens, this.#now());
    if (exhausted) return exhausted;
    const burndown = this.#rule.burndownRate ?? burndownOf(called);
    return {
      settle: ({ inputTokens, outputTokens }) => {
        const used = inputTokens + burndown * outputTokens;
        minute.settle(tokens, used, this.#now());
        day?.use(used);
      },
    };
  }

  get #minuteMs(): number {
    return (this.#rule.minuteSeconds ?? 60) * 1000;
  }

  #minute(key: string): Quota {
    const known = this.#minutes.get(key) ?? new Quota(this.#rule, this.#minuteMs, this.#now());
    this.#minutes.set(key, known);
    return known;
  }

  #day(region: string): DayQuota | undefined {
    const { tokensPerDay } = this.#rule;
    if (tokensPerDay === undefined) return undefined;
    const dayMs = MINUTES_PER_DAY * this.#minuteMs;
    const known = this.#days.get(region) ?? new DayQuota(tokensPerDay, dayMs, this.#now());
    this.#days.set(region, known);
    return known;
  }
}
