import type { LogRecord } from './log-record.ts';

/** Ends that can precede the response with the job's id. Only the latest are of interest. */
const MOST_EARLY_ENDS = 500;

/** Counts of the jobs that were submitted while a record was kept. */
export interface JobCounts {
  /** Jobs that the API accepted. */
  accepted: number;
  /** Requests that the API refused or did not answer. */
  refused: number;
  answered: number;
  /** Answered jobs by the target that answered. */
  answeredBy: Record<string, number>;
  /** Jobs that ended without an answer. */
  unanswered: number;
  /** Jobs that were deferred at least once. */
  deferred: number;
  /** Jobs that have not ended yet. */
  open: number;
}

interface OpenJob {
  readonly counts: JobCounts | undefined;
  deferred: boolean;
}

interface End {
  readonly status: string;
  readonly servedBy: string | undefined;
}

/** Follows the jobs of the steady traffic to their ends, using the lines that the functions log. */
export class JobLedger {
  readonly #open = new Map<string, OpenJob>();
  readonly #earlyEnds = new Map<string, End>();
  #underWay = 0;
  #counts: JobCounts | undefined;

  /** The jobs that have not ended, with the requests that have no response yet. */
  get open(): number {
    return this.#open.size + this.#underWay;
  }

  /** Counts the jobs that are submitted from now on, until `stopCounting`. Their ends count later too. */
  startCounting(): Readonly<JobCounts> {
    this.#counts = noJobs();
    return this.#counts;
  }

  stopCounting(): void {
    this.#counts = undefined;
  }

  /** Adds a request. Returns what to call with its response: the job's id, or nothing if it was refused. */
  submit(): (jobId?: string) => void {
    const counts = this.#counts;
    this.#underWay += 1;
    return (jobId) => {
      this.#underWay -= 1;
      if (jobId === undefined) {
        if (counts) counts.refused += 1;
        return;
      }
      if (counts) counts.accepted += 1;
      if (counts) counts.open += 1;
      const job = { counts, deferred: false };
      const early = this.#earlyEnds.get(jobId);
      if (early) end(job, early);
      else this.#open.set(jobId, job);
    };
  }

  add(record: LogRecord): void {
    if (record.kind !== 'message') return;
    const { jobId, status, servedBy } = record.fields;
    if (typeof jobId !== 'string') return;
    const job = this.#open.get(jobId);
    if (record.message === 'job deferred' && job) defer(job);
    if (record.message !== 'job ended') return;
    const ended = {
      status: String(status),
      servedBy: typeof servedBy === 'string' ? servedBy : undefined,
    };
    if (this.#open.delete(jobId) && job) end(job, ended);
    else if (this.#underWay > 0) this.#rememberEnd(jobId, ended);
  }

  #rememberEnd(jobId: string, ended: End): void {
    this.#earlyEnds.set(jobId, ended);
    const [oldest] = this.#earlyEnds.keys();
    if (this.#earlyEnds.size > MOST_EARLY_ENDS && oldest) this.#earlyEnds.delete(oldest);
  }
}

function noJobs(): JobCounts {
  return {
    accepted: 0,
    refused: 0,
    answered: 0,
    answeredBy: {},
    unanswered: 0,
    deferred: 0,
    open: 0,
  };
}

function defer(job: OpenJob): void {
  if (!job.deferred && job.counts) job.counts.deferred += 1;
  job.deferred = true;
}

function end({ counts }: OpenJob, { status, servedBy }: End): void {
  if (!counts) return;
  counts.open -= 1;
  if (status !== 'SUCCEEDED') {
    counts.unanswered += 1;
    return;
  }
  counts.answered += 1;
  if (servedBy) counts.answeredBy[servedBy] = (counts.answeredBy[servedBy] ?? 0) + 1;
}
