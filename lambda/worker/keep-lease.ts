import type { BreakerPolicy } from '../contract/policy.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { renew } from '../core/jobs/transitions.ts';

/**
 * Returns the check that runs before each model call. It renews the lease so that the lease
 * outlives the call, and it detects that the job was cancelled or lost. The first call is often the
 * only one, so before that call the check does nothing if the claim's own lease is long enough. A
 * cancel is then detected before the second call.
 */
export function keepLease(
  { jobs, clock }: { readonly jobs: Pick<JobStore, 'update'>; readonly clock: Pick<Clock, 'now'> },
  policy: BreakerPolicy,
  job: Job,
): () => Promise<'go' | 'cancelled' | 'lost'> {
  const neededMs = 1.2 * policy.callTimeoutSeconds * 1000;
  let leaseUntil = job.leaseUntil ?? 0;
  let calls = 0;
  return async () => {
    calls++;
    if (calls === 1 && leaseUntil - clock.now() >= neededMs) return 'go';
    // If Lambda froze the process during the update, the new lease may have expired: renew it
    // again.
    do {
      const renewed = await jobs.update(job.jobId, renew(job, clock.now(), policy));
      if (!renewed.applied) return refusalOf(renewed.current, job);
      leaseUntil = renewed.job.leaseUntil ?? 0;
    } while (leaseUntil <= clock.now());
    return 'go';
  };
}

function refusalOf(current: Job | undefined, { claimToken }: Job): 'cancelled' | 'lost' {
  const isMine = current?.status === 'RUNNING' && current.claimToken === claimToken;
  return isMine && current.cancelRequested ? 'cancelled' : 'lost';
}
