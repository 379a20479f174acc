import { randomUUID } from 'node:crypto';
import { AccountQuotas, type Exhausted, type QuotaHold } from './account-quotas.ts';
import { applies, type FaultRule, type PromptedCall, type StreamRule } from './fault-rule.ts';
import type { Usage } from './quota.ts';
import type { Random } from './seeded-random.ts';

/** A rule that makes a call fail before its first token. */
export type FailingRule = Exclude<FaultRule, StreamRule | { fault: NameOfEffect }>;

/** Faults that change an answer or limit the calls. */
const EFFECTS = ['slow', 'slow-tokens', 'long-answer', 'quota'] as const;
type NameOfEffect = (typeof EFFECTS)[number];

/** The effects of all faults on one call. */
export interface FaultEffects {
  /** @default the model generates an answer */
  readonly failure?: FailingRule;
  /** @default the answer does not break */
  readonly streamFault?: StreamRule;
  /** The factor that multiplies the call's latency. */
  readonly slowdown: number;
  /** The factor that multiplies the time between two tokens, besides `slowdown`. */
  readonly tokenSlowdown: number;
  /** The length of the answer. @default the usual length */
  readonly answerTokens?: number;
  /** Charges the quotas with the tokens used. Call it once, when a call without `failure` ends. */
  settle(used: Usage): void;
}

export interface ListedFault {
  readonly id: string;
  readonly setAtMs: number;
  readonly rule: FaultRule;
}

interface SetFault extends ListedFault {
  /** @default the rule is no quota */
  readonly quotas?: AccountQuotas;
}

/**
 * The faults that are set. If several would fail a call before its first token, or several would
 * break its answer, the one that was set first decides.
 */
export class Faults {
  readonly #now: () => number;
  readonly #faults = new Map<string, SetFault>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** @returns the id for `clear` */
  set(rule: FaultRule): string {
    const id = randomUUID().slice(0, 8);
    const quotas = rule.fault === 'quota' ? new AccountQuotas(rule, this.#now) : undefined;
    this.#faults.set(id, { id, setAtMs: this.#now(), rule, ...(quotas && { quotas }) });
    return id;
  }

  /** @returns true if a fault had this id */
  clear(id: string): boolean {
    return this.#faults.delete(id);
  }

  clearAll(): void {
    this.#faults.clear();
  }

  list(): readonly ListedFault[] {
    return [...this.#faults.values()].map(({ id, setAtMs, rule }) => ({ id, setAtMs, rule }));
  }

  /** Draws the faults of a call, and holds `tokens` of the quotas that apply to it. */
  applyTo(call: PromptedCall, tokens: number, random: Random): FaultEffects {
    const nowMs = this.#now();
    const drawn = [...this.#faults.values()].filter(
      ({ rule, setAtMs }) =>
        applies(rule, call, nowMs - setAtMs) && random() < (rule.probability ?? 1),
    );
    const rules = drawn.map(({ rule }) => rule);
    const changes = changesOf(rules);
    const failure = rules.find(isFailing);
    if (failure) return { failure, ...changes, settle: () => undefined };
    if (call.operation === 'count-tokens') return { ...changes, settle: () => undefined };
    return { ...changes, ...holdAll(drawn, call, tokens) };
  }
}

function changesOf(rules: readonly FaultRule[]): Omit<FaultEffects, 'failure' | 'settle'> {
  return {
    streamFault: rules.find(isStreamRule),
    slowdown: rules.reduce((all, r) => (r.fault === 'slow' ? all * r.factor : all), 1),
    tokenSlowdown: rules.reduce((all, r) => (r.fault === 'slow-tokens' ? all * r.factor : all), 1),
    answerTokens: rules.find((rule) => rule.fault === 'long-answer')?.tokens,
  };
}

function isStreamRule(rule: FaultRule): rule is StreamRule {
  return rule.fault === 'stall' || rule.fault === 'stream-error' || rule.fault === 'stream-reset';
}

function isFailing(rule: FaultRule): rule is FailingRule {
  return !isStreamRule(rule) && !EFFECTS.some((name) => name === rule.fault);
}

/** Holds tokens of every quota or of none: if one refuses, the others get theirs back. */
function holdAll(
  faults: readonly SetFault[],
  call: PromptedCall,
  tokens: number,
): Pick<FaultEffects, 'failure' | 'settle'> {
  const holds: QuotaHold[] = [];
  const settle = (used: Usage) => {
    for (const hold of holds) hold.settle(used);
  };
  for (const { quotas } of faults) {
    const held = quotas?.hold(call, tokens);
    if (held === undefined) continue;
    if (typeof held === 'object') {
      holds.push(held);
      continue;
    }
    settle({ inputTokens: 0, outputTokens: 0 });
    return { failure: { fault: THROTTLES[held] }, settle: () => undefined };
  }
  return { settle };
}

const THROTTLES = {
  requests: 'throttle-rate',
  tokens: 'throttle-minute',
  day: 'throttle-day',
} as const satisfies Record<Exhausted, string>;
