import { hasEnded, type JobStatus } from '../../lambda/contract/words.ts';

/** All that is known once the run has come to rest. */
export interface Evidence {
  /** Ids as POST gave them. */
  readonly accepted: readonly string[];
  readonly rows: readonly Row[];
  /** Keys under `results/`. */
  readonly objects: readonly string[];
  readonly calls: readonly Call[];
  /** Ends as they were told, at least once each. */
  readonly ends: readonly { readonly id: string; readonly jobId: string; readonly at: string }[];
  /** Answers as callers read them during the run and after it, and what the prompt asked for. */
  readonly answers: readonly {
    readonly jobId: string;
    readonly first: string;
    readonly last: string;
  }[];
  /** Jobs whose answer is another's. */
  readonly mixedUp: readonly string[];
  readonly crashes: Crashes;
}

export interface Row {
  readonly jobId: string;
  readonly status: JobStatus;
  readonly claims: number;
  readonly claimToken?: string;
  /** When the sweeper has to look. */
  readonly dueAt?: number;
}

export interface Call {
  readonly jobId?: string;
  /** The model worked for it: it answered, or its caller was gone before it could. */
  readonly isPaid: boolean;
}

/** What may have cost a call whose answer nobody sees. */
export interface Crashes {
  /** Workers killed, each with a batch in hand. */
  readonly workersKilled: number;
  readonly batchSize: number;
  /** Runs that a store or a queue broke. */
  readonly runsBroken: number;
  /** Runs that outlived their lease: to the others they had crashed. */
  readonly runsLate: number;
}

export interface Verdict {
  readonly figures: Readonly<Record<string, number>>;
  /** Each promise that was broken; empty when all were kept. */
  readonly faults: readonly string[];
}

/** Holds what was promised against what is there. */
export function judge(evidence: Evidence): Verdict {
  const { accepted, rows, objects, ends, answers, mixedUp, crashes } = evidence;
  const rowIds = new Set(rows.map(({ jobId }) => jobId));
  const wanted = new Set(accepted);
  const stored = new Set(objects);
  const succeeded = rows.filter(({ status }) => status === 'SUCCEEDED');
  const extra = extraCalls(evidence);
  const mostExtra =
    crashes.workersKilled * crashes.batchSize + crashes.runsBroken + crashes.runsLate;

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
    'answer of another job': mixedUp,
    'more than one extra call a crash': extra.beyondClaims,
  };
  const faults = Object.entries(broken).flatMap(([what, ids]) =>
    ids.length > 0 ? [`${what}: ${ids.length}, the first ${ids[0]}`] : [],
  );
  if (extra.total > mostExtra) {
    faults.push(`extra model calls: ${extra.total}, allowed is ${mostExtra}`);
  }
  const counts = Object.entries(broken).map(([what, ids]) => [what, ids.length] as const);
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
 * A crash spends a claim, and nothing else does: a deferral gives its own back. So a job whose
 * model worked more often than it was claimed has been called twice in one run.
 */
function extraCalls({ rows, calls }: Evidence) {
  const paid = Map.groupBy(
    calls.filter(({ isPaid }) => isPaid),
    ({ jobId }) => jobId,
  );
  const paidFor = ({ jobId }: Row) => paid.get(jobId)?.length ?? 0;
  const extra = rows.map((row) => paidFor(row) - (row.status === 'SUCCEEDED' ? 1 : 0));
  return {
    total: extra.reduce((sum, count) => sum + count, 0),
    beyondClaims: rows.filter((row) => paidFor(row) > row.claims).map(({ jobId }) => jobId),
  };
}

function endedTwice(ends: Evidence['ends']): readonly string[] {
  const byJob = Map.groupBy(ends, ({ jobId }) => jobId);
  return [...byJob].flatMap(([jobId, told]) =>
    new Set(told.map(({ id, at }) => `${id} ${at}`)).size > 1 ? [jobId] : [],
  );
}

function unpublished({ rows, ends }: Evidence): readonly string[] {
  const told = new Set(ends.map(({ jobId }) => jobId));
  return rows
    .filter(
      ({ jobId, status, dueAt }) => hasEnded(status) && (dueAt !== undefined || !told.has(jobId)),
    )
    .map(({ jobId }) => jobId);
}
