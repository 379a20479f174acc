import { hasEnded, type JobStatus } from '../../lambda/contract/words.ts';

/** The facts that are collected once nothing can change any more. */
export interface Evidence {
  /** The job ids that POST returned. */
  readonly accepted: readonly string[];
  readonly rows: readonly Row[];
  /** The object keys under `results/`. */
  readonly objects: readonly string[];
  readonly calls: readonly Call[];
  /** The published completion events. */
  readonly ends: readonly { readonly id: string; readonly jobId: string; readonly at: string }[];
  /** The first result that was read of each job, possibly during the run, and the last. */
  readonly answers: readonly {
    readonly jobId: string;
    readonly first: string;
    readonly last: string;
  }[];
  /** Jobs whose answer belongs to another prompt. */
  readonly mismatched: readonly string[];
  /** The time at which the API accepted a job's cancel, by job id. */
  readonly cancelledAtMs: ReadonlyMap<string, number>;
  /** The time in which a call must end after its job was cancelled. */
  readonly cancelTakesMs: number;
  readonly crashes: Crashes;
}

export interface Row {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly claims: number;
  readonly claimToken?: string;
  /** The time at which the sweeper must handle the row. */
  readonly dueAt?: number;
}

export interface Call {
  readonly jobId?: string;
  /**
   * True if the call costs money: the model answered, or its caller left while it did. A stream that
   * the model broke does not count, because no worker is to blame for it.
   */
  readonly isPaid: boolean;
  readonly endedAtMs: number;
}

/** Events after which a model call may have to be repeated. */
export interface Crashes {
  /** Killed workers; each may have had a whole batch in progress. */
  readonly workersKilled: number;
  readonly batchSize: number;
  /** Runs that failed because of a store or a queue. */
  readonly runsFailed: number;
  /** Runs that outlived their lease, which count as crashed. */
  readonly runsLate: number;
}

export interface Findings {
  readonly figures: Readonly<Record<string, number>>;
  /** The broken promises; empty if all were kept. */
  readonly faults: readonly string[];
}

/** Checks every promise against the evidence. */
export function checkPromises(evidence: Evidence): Findings {
  const { accepted, rows, objects, ends, answers, mismatched, crashes } = evidence;
  const rowIds = new Set(rows.map(({ jobId }) => jobId));
  const wanted = new Set(accepted);
  const stored = new Set(objects);
  const succeeded = rows.filter(({ status }) => status === 'SUCCEEDED');
  const extra = extraCalls(evidence);
  const mostExtra =
    crashes.workersKilled * crashes.batchSize + crashes.runsFailed + crashes.runsLate;

  const broken = {
    lost: accepted.filter((id) => !rowIds.has(id)),
    'accepted twice': rows.filter(({ jobId }) => !wanted.has(jobId)).map(({ jobId }) => jobId),
    'not ended': rows.filter(({ status }) => !hasEnded(status)).map(({ jobId }) => jobId),
    'without its result': succeeded
      .filter(({ jobId, claimToken }) => !stored.has(`results/${jobId}/${claimToken}`))
      .map(({ jobId }) => jobId),
    'doubled results': answers.filter((each) => each.first !== each.last).map((each) => each.jobId),
    'doubled ends': endedTwice(ends),
    'ends not published': unpublished(evidence),
    'answer of another job': mismatched,
    'more than one extra call per crash': extra.beyondClaims,
    'called long after the cancel': calledAfterCancel(evidence),
  };
  const faults = Object.entries(broken).flatMap(([name, ids]) =>
    ids.length > 0 ? [`${name}: ${ids.length}, first job ${ids[0]}`] : [],
  );
  if (extra.total > mostExtra) {
    faults.push(`extra model calls: ${extra.total}, allowed is ${mostExtra}`);
  }
  const counts = Object.entries(broken).map(([name, ids]) => [name, ids.length] as const);
  const figures = {
    accepted: accepted.length,
    ...Object.fromEntries(counts),
    'extra model calls': extra.total,
    'extra model calls allowed': mostExtra,
    'results that no row names': objects.length - succeeded.length,
  };
  return { figures, faults };
}

/**
 * Counts the paid calls that neither a success needed nor a cancel interrupted, and lists the jobs with more paid calls than
 * claims. Such a job made two calls in one run: only a crash uses up a claim; a deferral returns
 * its claim.
 */
function extraCalls({ rows, calls }: Evidence) {
  const paid = Map.groupBy(
    calls.filter(({ isPaid }) => isPaid),
    ({ jobId }) => jobId,
  );
  const paidFor = ({ jobId }: Row) => paid.get(jobId)?.length ?? 0;
  const extra = rows.map((row) => Math.max(0, paidFor(row) - (isServed(row) ? 1 : 0)));
  return {
    total: extra.reduce((sum, count) => sum + count, 0),
    beyondClaims: rows.filter((row) => paidFor(row) > row.claims).map(({ jobId }) => jobId),
  };
}

function isServed({ status }: Row): boolean {
  return status === 'SUCCEEDED' || status === 'CANCELLED';
}

function calledAfterCancel({ calls, cancelledAtMs, cancelTakesMs }: Evidence): readonly string[] {
  return calls.flatMap(({ jobId = '', endedAtMs }) => {
    const cancelled = cancelledAtMs.get(jobId);
    return cancelled !== undefined && endedAtMs > cancelled + cancelTakesMs ? [jobId] : [];
  });
}

function endedTwice(ends: Evidence['ends']): readonly string[] {
  const byJob = Map.groupBy(ends, ({ jobId }) => jobId);
  return [...byJob].flatMap(([jobId, events]) =>
    new Set(events.map(({ id, at }) => `${id} ${at}`)).size > 1 ? [jobId] : [],
  );
}

function unpublished({ rows, ends }: Evidence): readonly string[] {
  const published = new Set(ends.map(({ jobId }) => jobId));
  return rows
    .filter(
      ({ jobId, status, dueAt }) =>
        hasEnded(status) && (dueAt !== undefined || !published.has(jobId)),
    )
    .map(({ jobId }) => jobId);
}
