import { randomUUID } from 'node:crypto';
import { applies, type Called, type FaultRule } from './fault-rule.ts';
import { Quota, type Usage } from './quota.ts';

/** A rule that keeps a call from being answered, as opposed to one that slows or meters it. */
export type FailingRule = Exclude<FaultRule, { fault: 'slow' | 'quota' }>;

/** What meets one call. */
export interface Encounter {
  /** The failure, when there is one. */
  readonly failure?: FailingRule;
  /** The latency is multiplied by this. */
  readonly slowdown: number;
  /** For a call that was not failed, once, when it ends: takes what it used from the quotas. */
  settle(used: Usage): void;
}

export interface ListedFault {
  readonly id: string;
  readonly setAtMs: number;
  readonly rule: FaultRule;
}

interface SetFault extends ListedFault {
  /** By target, when the rule is a quota. */
  readonly quotas: Map<string, Quota>;
}

/** The faults that are set. Of several that would fail a call the one set first does. */
export class Faults {
  readonly #now: () => number;
  readonly #faults = new Map<string, SetFault>();

  constructor(now: () => number) {
    this.#now = now;
  }

  set(rule: FaultRule): string {
    const id = randomUUID().slice(0, 8);
    this.#faults.set(id, { id, setAtMs: this.#now(), rule, quotas: new Map() });
    return id;
  }

  /** @returns whether there was one */
  clear(id: string): boolean {
    return this.#faults.delete(id);
  }

  clearAll(): void {
    this.#faults.clear();
  }

  list(): readonly ListedFault[] {
    return [...this.#faults.values()].map(({ id, setAtMs, rule }) => ({ id, setAtMs, rule }));
  }

  /** Decides what meets a call that wants `tokens` of the target's quota; counting wants none. */
  meet(called: Called, tokens: number, random: () => number): Encounter {
    const nowMs = this.#now();
    const met = [...this.#faults.values()].filter(
      ({ rule, setAtMs }) =>
        applies(rule, called, nowMs - setAtMs) && random() < (rule.probability ?? 1),
    );
    const rules = met.map(({ rule }) => rule);
    const slowdown = rules.reduce((all, r) => (r.fault === 'slow' ? all * r.factor : all), 1);
    const failure = rules.find(fails);
    if (failure) return { failure, slowdown, settle: () => undefined };
    if (called.operation !== 'converse') return { slowdown, settle: () => undefined };
    const target = `${called.region}/${called.model}`;
    return { slowdown, ...reserve(quotasOf(met, target, nowMs), tokens, this.#now) };
  }
}

function fails(rule: FaultRule): rule is FailingRule {
  return rule.fault !== 'slow' && rule.fault !== 'quota';
}

function quotasOf(faults: readonly SetFault[], target: string, nowMs: number): readonly Quota[] {
  return faults.flatMap(({ rule, quotas }) => {
    if (rule.fault !== 'quota') return [];
    const quota = quotas.get(target) ?? new Quota(rule, nowMs);
    quotas.set(target, quota);
    return [quota];
  });
}

/** All quotas or none: what the first ones gave goes back when a later one refuses. */
function reserve(
  quotas: readonly Quota[],
  tokens: number,
  now: () => number,
): Omit<Encounter, 'slowdown'> {
  const reserved: Quota[] = [];
  const settle = (used: Usage) => {
    for (const quota of reserved) quota.settle(tokens, used, now());
  };
  for (const quota of quotas) {
    const short = quota.reserve(tokens, now());
    if (short === undefined) {
      reserved.push(quota);
      continue;
    }
    settle({ inputTokens: 0, outputTokens: 0 });
    const fault = short === 'requests' ? 'throttle-rate' : 'throttle-minute';
    return { failure: { fault }, settle: () => undefined };
  }
  return { settle };
}
