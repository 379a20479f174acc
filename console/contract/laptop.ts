/** What the console can do on the laptop only: steady traffic, and an outage in three acts. */

/** Jobs that the server submits on its own. */
export interface SteadyTraffic {
  /** 0 stops the traffic. */
  readonly jobsPerSecond: number;
}

/** The most jobs per second of the steady traffic. The API allows a key 50 requests per second. */
export const MOST_TRAFFIC = 20;

/**
 * The outage in three acts. `fail`: Bedrock throttles the first tier, and calls fail. `hold`: the
 * circuits are open; jobs fall back or wait. `recover`: Bedrock works again; probes, then more calls
 * are admitted, until all circuits are closed.
 */
export const ACTS = ['fail', 'hold', 'recover'] as const;
export type Act = (typeof ACTS)[number];

export interface OutageDrill {
  readonly state: 'running' | 'ended' | 'stopped';
  /** The act that is played; the last one once the drill has ended. */
  readonly act: Act;
  readonly startedAt: string;
  readonly endedAt?: string;
  /** What happened so far, oldest first, in sentences for a person. */
  readonly events: readonly DrillEvent[];
}

export interface DrillEvent {
  readonly at: string;
  readonly act: Act;
  readonly text: string;
}
