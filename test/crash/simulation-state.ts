import { deserialize, serialize } from 'node:v8';
import { START } from '../support/job-builders.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { anEmptyCloud, type CloudState } from './cloud.ts';
import { MessageQueue } from './message-queue.ts';
import type { Path } from './paths.ts';
import type { ProcessesState } from './processes.ts';
import type { MonitorState } from './row-monitor.ts';
import type { Planned } from './timeline.ts';
import type { ApiClientState, OperatorState } from './users.ts';

/** The state of a simulation between two events while no process is stalled, as plain data. */
export interface SimulationState {
  readonly cloud: CloudState;
  readonly planned: Planned[];
  readonly client: ApiClientState;
  readonly operator: OperatorState;
  readonly monitor: MonitorState;
  readonly processes: ProcessesState;
  events: number;
  deliveries: number;
  lastSweepMs: number;
  /** The contents of the platform's tables. @default empty tables */
  readonly tables?: unknown;
}

export function initialState({ unreadable }: Path): SimulationState {
  const cloud = anEmptyCloud();
  if (unreadable !== undefined) {
    new MessageQueue(new VirtualClock(cloud.nowMs), cloud.queue).put(unreadable);
  }
  return {
    cloud,
    planned: [{ atMs: START, what: 'submit' }],
    client: { isAccepted: false, isCancelAccepted: false, isCancelling: false },
    operator: { isBusy: false },
    monitor: { violations: [] },
    processes: { started: 0, ids: 0 },
    events: 0,
    deliveries: 0,
    lastSweepMs: START,
  };
}

/** Serializes a state; equal states give equal texts. Throws if a process is stalled. */
export function textOf(state: SimulationState): string {
  return serialize(state).toString('latin1');
}

export function stateOf(text: string): SimulationState {
  return deserialize(Buffer.from(text, 'latin1'));
}
