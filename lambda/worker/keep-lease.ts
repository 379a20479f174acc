import type { BreakerPolicy } from '../contract/policy.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { renew } from '../core/jobs/transitions.ts';

/**
 * Asked before each model call: renews the lease so that it outlives the call, and learns of a
 * cancel or a loss. The first call, which most runs end with, goes by the claim itself as long as
 * its lease is fresh: a cancel within those seconds is seen by the next.
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
    // Once more if the process stood still meanwhile: leave that came with a lease went with it.
    do {
      const renewed = await jobs.update(job.jobId, renew(job, clock.now(), policy));
      if (!renewed.applied) return why(renewed.current, job);
      leaseUntil = renewed.job.leaseUntil ?? 0;
    } while (leaseUntil <= clock.now());
    return 'go';
  };
}

function why(current: Job | undefined, { claimToken }: Job): 'cancelled' | 'lost' {
  const isMine = current?.status === 'RUNNING' && current.claimToken === claimToken;
  return isMine && current.cancelRequested ? 'cancelled' : 'lost';
}
