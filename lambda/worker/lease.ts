import type { BreakerPolicy } from '../contract/policy.ts';
import { jobLeaseMs, leaseRenewalMs } from '../contract/time-budget.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { renew } from '../core/jobs/transitions.ts';
import type { JobLease, LeaseLoss } from '../core/router/run-request.ts';
import type { Log } from '../core/telemetry.ts';

export interface LeasePorts {
  readonly jobs: Pick<JobStore, 'update'>;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Returns the lease of a claimed job. A renewal also tells whether the job was cancelled or lost.
 * The first call is often the only one, so no renewal precedes it while the claim's own lease is
 * fresh.
 */
export function leaseOf(ports: LeasePorts, policy: BreakerPolicy, job: Job): JobLease {
  return new Lease(ports, policy, job);
}

class Lease implements JobLease {
  readonly #ports: LeasePorts;
  readonly #policy: BreakerPolicy;
  readonly #job: Job;
  #leaseUntil: number;
  #calls = 0;

  constructor(ports: LeasePorts, policy: BreakerPolicy, job: Job) {
    this.#ports = ports;
    this.#policy = policy;
    this.#job = job;
    this.#leaseUntil = job.leaseUntil ?? 0;
  }

  async renew(): Promise<'go' | LeaseLoss> {
    this.#calls++;
    const freshMs = jobLeaseMs(this.#policy) - leaseRenewalMs(this.#policy);
    const isFresh = this.#leaseUntil - this.#ports.clock.now() >= freshMs;
    return this.#calls === 1 && isFresh ? 'go' : this.#extend();
  }

  async hold(callEnded: AbortSignal): Promise<LeaseLoss | undefined> {
    const { clock, log } = this.#ports;
    for (;;) {
      await clock.sleep(leaseRenewalMs(this.#policy), callEnded);
      if (callEnded.aborted) return undefined;
      try {
        const permission = await this.#extend();
        if (permission !== 'go') return permission;
      } catch (error) {
        // The lease outlives several renewals, so the call goes on without this one.
        const { jobId } = this.#job;
        log.warn('lease not renewed', { jobId, error: errorName(error) });
      }
    }
  }

  async #extend(): Promise<'go' | LeaseLoss> {
    const { jobs, clock } = this.#ports;
    // If Lambda froze the process during the update, the new lease may have expired: renew it
    // again.
    do {
      const { jobId } = this.#job;
      const renewed = await jobs.update(jobId, renew(this.#job, clock.now(), this.#policy));
      if (!renewed.applied) return lossOf(renewed.current, this.#job);
      this.#leaseUntil = renewed.job.leaseUntil ?? 0;
    } while (this.#leaseUntil <= clock.now());
    return 'go';
  }
}

function lossOf(current: Job | undefined, { claimToken }: Job): LeaseLoss {
  const isMine = current?.status === 'RUNNING' && current.claimToken === claimToken;
  return isMine && current.cancelRequested ? 'cancelled' : 'lost';
}
