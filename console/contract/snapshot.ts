/**
 * What the console shows. The server takes a snapshot of the instance, and the page draws it. Times are
 * ISO 8601 in UTC.
 */
import type { AdminHealthView } from '../../lambda/contract/schemas/admin-health-view.ts';
import type { OutageDrill, SteadyTraffic } from './laptop.ts';
import type { Series } from './series.ts';

export interface Snapshot {
  readonly instance: Instance;
  /** The health, as GET /v1/admin/health returns it. Absent until it could be read once. */
  readonly health?: Dated<AdminHealthView>;
  readonly queues?: Dated<Queues>;
  readonly series?: Dated<Series>;
  /** What could not be read at the latest try, one line each. The parts above keep their last value. */
  readonly problems: readonly string[];
  /** Present on the laptop only. */
  readonly laptop?: { readonly traffic: SteadyTraffic; readonly drill?: OutageDrill };
}

/** A part of the snapshot with the time at which it was read. */
export interface Dated<Part> {
  readonly at: string;
  readonly value: Part;
}

/** The instance that the console shows. It does not change while the server runs. */
export interface Instance {
  /** `laptop`: the embedded run, which has faults. `deployed`: a stack on AWS. */
  readonly kind: 'laptop' | 'deployed';
  /** The name of the stack. */
  readonly stack: string;
  readonly region: string;
  /** The id of the AWS account; absent on the laptop. */
  readonly account?: string;
  /** The address of the API as callers use it: `http://127.0.0.1:8787/v1`. */
  readonly apiUrl: string;
  /** The tenants for which the console can submit jobs: those whose key the server has. */
  readonly tenants: readonly string[];
  /** The chains of the settings, the default chain first, with the targets of each tier in order. */
  readonly chains: readonly Chain[];
  /** The number of calls that each recovery stage admits, first stage first: 1, 5, 10. */
  readonly recoveryStages: readonly number[];
  /** `stream`: the page listens to server-sent events. `poll`: it asks again every `pollSeconds`. */
  readonly updates: 'stream' | 'poll';
  readonly pollSeconds: number;
}

export interface Chain {
  readonly chain: string;
  readonly tiers: readonly {
    readonly tier: string;
    readonly targets: readonly { readonly target: string; readonly weight?: number }[];
  }[];
}

/** The approximate numbers of messages, as SQS reports them. */
export interface Queues {
  /** Jobs that wait for a worker. */
  readonly queued: number;
  /** Jobs that a worker has received. */
  readonly running: number;
  /** Jobs that wait until a time, most of them for a circuit. */
  readonly deferred: number;
  readonly deadLetters: number;
}
