import type { Holdfast } from './holdfast.ts';

export interface Traffic {
  /** Stops posting and returns the ids of all jobs posted. */
  stop(): Promise<readonly string[]>;
}

/** Posts jobs at a steady pace, like clients that do not know of the outage. */
export function startTraffic(holdfast: Holdfast, jobsPerSecond: number): Traffic {
  const posted: Promise<string>[] = [];
  const timer = setInterval(() => {
    const job = holdfast.submit(`question ${posted.length}`);
    // stop() reports the failure. If a test fails before it calls stop(), the traffic ends here.
    job.catch(() => clearInterval(timer));
    posted.push(job);
  }, 1000 / jobsPerSecond);
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.all(posted);
    },
  };
}
