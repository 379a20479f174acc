import { hasEnded } from '../../../../lambda/contract/words.ts';
import type { AdminJob } from '../../../contract/jobs.ts';
import { Sign } from '../elements/sign.tsx';
import { shortTarget, timeOf } from '../format.ts';
import { STATUS_SIGNS, statusLine } from './job-words.ts';

/** The status of a job with its sign: `DEFERRED until 12:31:05 because …`. */
export function JobStatusLine({ job, nowMs }: { readonly job: AdminJob; readonly nowMs: number }) {
  const [sign, tone] = STATUS_SIGNS[job.status];
  return (
    <span class="status">
      <Sign name={sign} tone={tone} />
      <span>{statusLine(job, { timeOf: (iso) => timeOf(iso, nowMs), targetOf: shortTarget })}</span>
    </span>
  );
}

/** What a reader must know besides the status: a degraded, a cut and a cancelled answer. */
export function JobMarks({ job }: { readonly job: AdminJob }) {
  return (
    <>
      {job.degraded && <span class="mark warn">degraded</span>}
      {job.truncated && <span class="mark warn">cut</span>}
      {job.cancelRequested && !hasEnded(job.status) && <span class="mark">cancel requested</span>}
      {job.purge && <span class="mark">content purged</span>}
    </>
  );
}
