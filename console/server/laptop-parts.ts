import type { OutageDrill, SteadyTraffic } from '../contract/laptop.ts';

/** What the embedded run adds to the console. The routes of these parts answer 404 without them. */
export interface LaptopParts {
  readonly traffic?: TrafficControl;
  /** Absent with an external Bedrock, which has no faults. */
  readonly drill?: DrillControl;
  /** The address of the fake's control: `http://127.0.0.1:8788/_control`. Absent with an external Bedrock. */
  readonly bedrockControlUrl?: string;
}

export interface TrafficControl {
  current(): SteadyTraffic;
  /** The server has checked the rate: 0 to `MOST_TRAFFIC` jobs per second. */
  set(traffic: SteadyTraffic): void;
}

export interface DrillControl {
  /** Returns undefined until the first drill starts. */
  current(): OutageDrill | undefined;
  /** Starts the outage in three acts. Returns false if one is running. */
  start(): boolean;
  /** Clears all faults and stops the drill. */
  stop(): void;
}
