import type { OutageDrill } from '../../console/contract/laptop.ts';
import type { DrillControl } from '../../console/server/laptop-parts.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { Target } from '../../lambda/contract/policy.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import type { FakeBedrock } from '../bedrock/fake-bedrock.ts';
import { circuitNews } from './circuit-news.ts';
import { Drill, type DrillAction } from './drill.ts';
import type { DrillTier, Observed } from './drill-observed.ts';
import type { JobCounts, JobLedger } from './job-ledger.ts';
import type { LogRecord } from './log-record.ts';
import type { Traffic } from './steady-traffic.ts';

/** Enough calls to open the circuits within seconds, and to fill the stages of the recovery. */
const JOBS_PER_SECOND = 6;
const STEP_MS = 250;

export interface DrillParts {
  readonly bedrock: Pick<FakeBedrock, 'setFault' | 'clearFaults' | 'statistics'>;
  readonly ledger: JobLedger;
  readonly traffic: Pick<Traffic, 'current' | 'set'>;
  readonly tier: DrillTier;
  /** The targets of this tier. */
  readonly targets: readonly Target[];
}

type Figures = Omit<Observed, 'jobs'>;

/** Plays the outage in three acts on the embedded run. */
export class DrillRunner implements DrillControl {
  readonly #parts: DrillParts;
  /** The circuits that are not closed, with the time of their next probe. */
  readonly #open = new Map<string, number>();
  #skipped = 0;
  #drill: Drill | undefined;
  #timer: NodeJS.Timeout | undefined;
  #before: { readonly figures: Figures; readonly jobsPerSecond: number } | undefined;
  #jobs: JobCounts | undefined;

  constructor(parts: DrillParts) {
    this.#parts = parts;
  }

  /** Adds a line that a function logged, whether a drill runs or not. */
  add(record: LogRecord, nowMs: number): void {
    const news = circuitNews(record);
    if (news?.type === 'opened') this.#open.set(news.target, news.untilMs);
    else if (news?.type === 'closed') this.#open.delete(news.target);
    if (news) this.#drill?.hear(news, nowMs);
    if (record.kind !== 'metrics' || record.dimension?.name !== 'target') return;
    if (!this.#parts.tier.targets.includes(record.dimension.value)) return;
    for (const skips of record.values[METRIC.skippedCalls] ?? []) this.#skipped += skips;
  }

  current(): OutageDrill | undefined {
    return this.#drill?.view();
  }

  start(): boolean {
    if (this.#drill?.isRunning) return false;
    const { ledger, traffic, tier } = this.#parts;
    const nowMs = Date.now();
    const { jobsPerSecond } = traffic.current();
    this.#before = { figures: this.#figures(), jobsPerSecond };
    this.#jobs = ledger.startCounting();
    this.#drill = new Drill(tier, nowMs, this.#open);
    if (jobsPerSecond < JOBS_PER_SECOND) {
      traffic.set({ jobsPerSecond: JOBS_PER_SECOND });
      this.#drill.trafficBegan(JOBS_PER_SECOND, nowMs);
    }
    this.#timer = setInterval(() => this.#step(), STEP_MS);
    this.#step();
    return true;
  }

  stop(): void {
    for (const action of this.#drill?.stop(Date.now()) ?? []) this.#do(action);
    clearInterval(this.#timer);
    this.#parts.bedrock.clearFaults();
  }

  #step(): void {
    const { figures } = this.#before ?? {};
    const drill = this.#drill;
    if (!drill || !figures || !this.#jobs) return;
    const now = this.#figures();
    const observed = {
      calls: Math.max(0, now.calls - figures.calls),
      failed: Math.max(0, now.failed - figures.failed),
      skipped: now.skipped - figures.skipped,
      jobs: { ...this.#jobs, answeredBy: { ...this.#jobs.answeredBy } },
    };
    for (const action of drill.step(observed, Date.now())) this.#do(action);
    if (!drill.isRunning) clearInterval(this.#timer);
  }

  #do(action: DrillAction): void {
    const { bedrock, ledger, traffic, targets } = this.#parts;
    switch (action) {
      case 'fail':
        bedrock.clearFaults();
        for (const { region, modelId } of targets) {
          bedrock.setFault({ region, model: modelId, fault: 'throttle-minute' });
        }
        return;
      case 'heal':
        bedrock.clearFaults();
        return;
      case 'settle':
        ledger.stopCounting();
        traffic.set({ jobsPerSecond: this.#before?.jobsPerSecond ?? 0 });
        return;
      default:
        action satisfies never;
    }
  }

  /** Sums the calls of the tier's targets since the start of the run. */
  #figures(): Figures {
    const { bedrock, targets } = this.#parts;
    const keys = targets.map(targetKey);
    const called = bedrock
      .statistics()
      .targets.filter(({ region, model }) => keys.includes(`${region}/${model}`));
    return {
      calls: called.reduce((sum, { calls }) => sum + calls, 0),
      failed: called.reduce((sum, each) => sum + failuresOf(each.failed), 0),
      skipped: this.#skipped,
    };
  }
}

function failuresOf(failed: Readonly<Record<string, number>>): number {
  return Object.values(failed).reduce((sum, count) => sum + count, 0);
}
