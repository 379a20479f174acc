import type { Holdfast } from './holdfast.ts';

export interface Traffic {
  /** Stops posting and gives the ids of all jobs posted. */
  stop(): Promise<readonly string[]>;
}

/** Posts jobs at a steady pace, as clients that know nothing of an outage do. */
export function startTraffic(holdfast: Holdfast, jobsPerSecond: number): Traffic {
  const posted: Promise<string>[] = [];
  const timer = setInterval(() => {
    const job = holdfast.submit(`question ${posted.length}`);
    // Reported by stop(); when a test broke off without it, the first failure ends the traffic.
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
