import { randomUUID } from 'node:crypto';
import { applies, type FaultRule, type PromptedCall, type StreamRule } from './fault-rule.ts';
import { Quota, type Usage } from './quota.ts';
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
  /** The quota of each target that has been called; empty unless the rule is a quota. */
  readonly quotas: Map<string, Quota>;
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
    this.#faults.set(id, { id, setAtMs: this.#now(), rule, quotas: new Map() });
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

  /** Draws the faults of a call and reserves `tokens` of the target's quotas. */
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
    const target = `${call.region}/${call.model}`;
    return { ...changes, ...reserve(quotasOf(drawn, target, nowMs), tokens, this.#now) };
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

function quotasOf(faults: readonly SetFault[], target: string, nowMs: number): readonly Quota[] {
  return faults.flatMap(({ rule, quotas }) => {
    if (rule.fault !== 'quota') return [];
    const quota = quotas.get(target) ?? new Quota(rule, nowMs);
    quotas.set(target, quota);
    return [quota];
  });
}

/** Reserves tokens of every quota or of none: if one refuses, the others get theirs back. */
function reserve(
  quotas: readonly Quota[],
  tokens: number,
  now: () => number,
): Pick<FaultEffects, 'failure' | 'settle'> {
  const reserved: Quota[] = [];
  const settle = (used: Usage) => {
    for (const quota of reserved) quota.settle(tokens, used, now());
  };
  for (const quota of quotas) {
    const exhausted = quota.reserve(tokens, now());
    if (exhausted === undefined) {
      reserved.push(quota);
      continue;
    }
    settle({ inputTokens: 0, outputTokens: 0 });
    const fault = exhausted === 'requests' ? 'throttle-rate' : 'throttle-minute';
    return { failure: { fault }, settle: () => undefined };
  }
  return { settle };
}
