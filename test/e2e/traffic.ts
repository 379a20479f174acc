import { setTimeout as sleep } from 'node:timers/promises';
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
    job.catch(() => undefined); // Reported by stop().
    posted.push(job);
  }, 1000 / jobsPerSecond);
  return {
    stop: () => {
      clearInterval(timer);
      return Promise.all(posted);
    },
  };
}

/** Lets the traffic flow for a while. */
export function flow(seconds: number): Promise<void> {
  return sleep(seconds * 1000);
}
