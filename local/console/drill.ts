import type { Act, DrillEvent, OutageDrill } from '../../console/contract/laptop.ts';
import type { CircuitNews } from './circuit-news.ts';
import { answeredByTier, type DrillTier, type Observed } from './drill-observed.ts';
import { SENTENCES } from './drill-sentences.ts';

/** `fail`: sets the faults. `heal`: clears them. `settle`: restores the traffic from before the drill. */
export type DrillAction = 'fail' | 'heal' | 'settle';

/** Bedrock works again this long before the first probe, so that the probe finds it working. */
const HEAL_BEFORE_MS = 2_000;
/** A circuit may open later than the others because fewer jobs call its target. */
const WAIT_FOR_OTHERS_MS = 10_000;
const FIRST_PROGRESS_MS = 4_000;
const PROGRESS_EVERY_MS = 20_000;
const LIMIT_MS = {
  fail: 45_000,
  hold: 300_000,
  probe: 30_000,
  recover: 90_000,
  drain: 90_000,
} as const;

/**
 * The outage in three acts, without time and I/O of its own: it is told what happens, and says what to
 * do and what to tell the person who watches.
 */
export class Drill {
  readonly #tier: DrillTier;
  readonly #startedMs: number;
  readonly #open = new Map<string, number>();
  readonly #stages = new Map<string, number>();
  readonly #events: DrillEvent[] = [];
  readonly #said = new Set<string>();
  #state: OutageDrill['state'] = 'running';
  #act: Act = 'fail';
  #endedMs: number | undefined;
  #firstOpenedMs = 0;
  /** The next time, within the act, at which the drill sums up the jobs. */
  #progressAtMs = FIRST_PROGRESS_MS;
  #actSinceMs: number;
  #healedMs: number | undefined;
  #settledMs: number | undefined;
  #atHold: Observed | undefined;
  #actions: DrillAction[] = ['fail'];

  /** @param alreadyOpen the circuits that are open at the start, with the time of their next probe */
  constructor(tier: DrillTier, nowMs: number, alreadyOpen: ReadonlyMap<string, number>) {
    this.#tier = tier;
    this.#startedMs = nowMs;
    this.#actSinceMs = nowMs;
    for (const [target, untilMs] of alreadyOpen) this.#opened(target, untilMs, nowMs);
    this.#say(nowMs, SENTENCES.begin(tier.name, tier.targets));
  }

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  view(): OutageDrill {
    return {
      state: this.#state,
      act: this.#act,
      startedAt: iso(this.#startedMs),
      ...(this.#endedMs !== undefined && { endedAt: iso(this.#endedMs) }),
      events: [...this.#events],
    };
  }

  /** Tells the drill that the traffic runs at this rate because of it. */
  trafficBegan(jobsPerSecond: number, nowMs: number): void {
    this.#say(nowMs, SENTENCES.traffic(jobsPerSecond));
  }

  /** Tells the drill about a change of a circuit. */
  hear(news: CircuitNews, nowMs: number): void {
    const { target } = news;
    const { targets, permits } = this.#tier;
    if (!this.isRunning || !targets.includes(target)) return;
    if (news.type === 'opened') {
      const isNew = !this.#open.has(target);
      this.#opened(target, news.untilMs, nowMs);
      this.#say(nowMs, isNew ? SENTENCES.opened(news, nowMs) : SENTENCES.reopened(news, nowMs));
    } else if (news.type === 'stage') {
      if (this.#healedMs !== undefined) this.#enter('recover', nowMs);
      this.#stages.set(target, news.stage);
      this.#say(nowMs, SENTENCES.stage(news, permits));
    } else {
      this.#open.delete(target);
      const isRecovered = this.#stages.get(target) === permits.length - 1;
      this.#say(nowMs, SENTENCES.closed(target, isRecovered ? permits.at(-1) : undefined));
      // Without this, an operator who closes the circuits would leave nothing to wait for.
      if (this.#open.size === 0 && this.#act === 'hold') this.#enter('recover', nowMs);
    }
  }

  /** Goes on with the counts so far. Returns what is to be done now. Call it several times a second. */
  step(observed: Observed, nowMs: number): readonly DrillAction[] {
    if (this.isRunning) {
      this.#sayFirsts(observed, nowMs);
      if (this.#act === 'fail') this.#fail(observed, nowMs);
      else if (this.#act === 'hold') this.#hold(observed, nowMs);
      else this.#recover(observed, nowMs);
    }
    return this.#actions.splice(0);
  }

  stop(nowMs: number): readonly DrillAction[] {
    if (this.isRunning) {
      this.#say(nowMs, SENTENCES.stopped(nowMs - this.#startedMs));
      this.#end('stopped', nowMs);
    }
    return this.#actions.splice(0);
  }

  #sayFirsts({ failed, jobs }: Observed, nowMs: number): void {
    if (this.#act !== 'fail') return;
    const [other] = Object.keys(jobs.answeredBy).filter((key) => !this.#tier.targets.includes(key));
    if (failed > 0) this.#sayOnce('failures', nowMs, SENTENCES.firstFailures(failed));
    if (other) this.#sayOnce('fallback', nowMs, SENTENCES.firstFallback(other));
    if (jobs.deferred > 0) this.#sayOnce('deferral', nowMs, SENTENCES.firstDeferral());
  }

  #fail(observed: Observed, nowMs: number): void {
    const { name, targets } = this.#tier;
    const open = this.#open.size;
    if (open === targets.length || (open > 0 && nowMs - this.#firstOpenedMs > WAIT_FOR_OTHERS_MS)) {
      this.#enter('hold', nowMs);
      this.#atHold = observed;
      this.#say(nowMs, SENTENCES.hold(name, open, targets.length));
    } else if (nowMs - this.#actSinceMs > LIMIT_MS.fail) {
      this.#giveUp(SENTENCES.noCircuit(nowMs - this.#actSinceMs, observed.failed), observed, nowMs);
    }
  }

  #hold(observed: Observed, nowMs: number): void {
    const passedMs = nowMs - this.#actSinceMs;
    const before = this.#atHold ?? observed;
    const firstProbeMs = Math.min(...this.#open.values());
    if (this.#healedMs === undefined && passedMs > this.#progressAtMs) {
      this.#progressAtMs += PROGRESS_EVERY_MS;
      const answeredBy = answeredByTier(before.jobs, observed.jobs, this.#tier.tierOf);
      const deferred = observed.jobs.deferred - before.jobs.deferred;
      this.#say(nowMs, SENTENCES.holding(answeredBy, deferred, passedMs));
    }
    if (this.#healedMs === undefined && nowMs >= firstProbeMs - HEAL_BEFORE_MS) {
      this.#healedMs = nowMs;
      this.#actions.push('heal');
      const counts = {
        skipped: observed.skipped - before.skipped,
        calls: observed.calls - before.calls,
      };
      this.#say(nowMs, SENTENCES.healed(counts, passedMs, firstProbeMs - nowMs));
    } else if (nowMs > firstProbeMs + LIMIT_MS.probe || passedMs > LIMIT_MS.hold) {
      this.#giveUp(SENTENCES.noProbe(passedMs), observed, nowMs);
    }
  }

  #recover(observed: Observed, nowMs: number): void {
    if (this.#settledMs === undefined) {
      if (this.#open.size === 0) this.#settle(nowMs);
      else if (nowMs - this.#actSinceMs > LIMIT_MS.recover) {
        this.#giveUp(SENTENCES.slowRecovery(this.#open.size), observed, nowMs);
      }
      return;
    }
    const { jobs } = observed;
    if (jobs.open > 0 && nowMs - this.#settledMs < LIMIT_MS.drain) return;
    if (jobs.open === 0) this.#say(nowMs, SENTENCES.drained(jobs.deferred));
    this.#sumUp(observed, nowMs);
  }

  /** Restores the traffic. The jobs of the drill then run to their ends. */
  #settle(nowMs: number): void {
    this.#settledMs = nowMs;
    if (this.#healedMs === undefined) this.#actions.push('heal');
    this.#healedMs = nowMs;
    this.#actions.push('settle');
  }

  #giveUp(reason: string, observed: Observed, nowMs: number): void {
    this.#say(nowMs, reason);
    this.#sumUp(observed, nowMs);
  }

  #sumUp(observed: Observed, nowMs: number): void {
    const { jobs, failed, skipped } = observed;
    this.#say(nowMs, SENTENCES.sum(jobs, { failed, skipped }, nowMs - this.#startedMs));
    this.#end('ended', nowMs);
  }

  #end(state: OutageDrill['state'], nowMs: number): void {
    this.#state = state;
    this.#endedMs = nowMs;
    if (this.#healedMs === undefined) this.#actions.push('heal');
    if (this.#settledMs === undefined) this.#actions.push('settle');
  }

  #opened(target: string, untilMs: number, nowMs: number): void {
    if (!this.#tier.targets.includes(target)) return;
    if (this.#open.size === 0) this.#firstOpenedMs = nowMs;
    this.#open.set(target, untilMs);
    this.#stages.delete(target);
  }

  #enter(act: Act, nowMs: number): void {
    if (this.#act === act) return;
    this.#act = act;
    this.#actSinceMs = nowMs;
  }

  #sayOnce(what: string, nowMs: number, text: string): void {
    if (this.#said.has(what)) return;
    this.#said.add(what);
    this.#say(nowMs, text);
  }

  #say(nowMs: number, text: string): void {
    this.#events.push({ at: iso(nowMs), act: this.#act, text });
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
