import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import type { JobPointer, JobQueue } from '../../lambda/core/jobs/job-queue.ts';
import { nextGroup, ProcessingTimes } from '../../local/aws/fair-queue.ts';

export interface ReceivedMessage {
  readonly body: string;
  readonly tenant: string;
}

/** The messages of a tenant that nobody has received: those from `first` on. */
interface Backlog {
  bodies: string[];
  /** The position of each message in the order of arrival. */
  positions: number[];
  first: number;
}

/**
 * The job queue in virtual time, with delays and dead letters. It is as fair as SQS; the messages of one
 * tenant keep their order.
 */
export class SimulatedQueue implements JobQueue {
  readonly deadLetters: string[] = [];
  /** Called when a message can be received. */
  onReady: () => void = () => undefined;
  readonly #clock: Clock;
  readonly #backlogs = new Map<string, Backlog>();
  readonly #inFlight = new Map<string, number>();
  readonly #times = new ProcessingTimes();
  #arrived = 0;
  #waiting = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(pointer: JobPointer, delayMs: number): Promise<void> {
    // SQS delays are whole seconds.
    void this.#clock.sleep(Math.ceil(delayMs / 1000) * 1000).then(() => {
      const { tenant } = pointer;
      const backlog = this.#backlogs.get(tenant) ?? { bodies: [], positions: [], first: 0 };
      this.#backlogs.set(tenant, backlog);
      backlog.bodies.push(encodeMessage(pointer));
      backlog.positions.push(this.#arrived++);
      this.#waiting++;
      this.onReady();
    });
  }

  get waiting(): number {
    return this.#waiting;
  }

  async countWaiting(): Promise<number> {
    return this.#waiting;
  }

  /** Returns the next messages, which are in flight until `remove`. */
  receive(limit: number): readonly ReceivedMessage[] {
    this.#times.observe(this.#inFlight, this.#clock.now());
    const received: ReceivedMessage[] = [];
    while (received.length < limit && this.#waiting > 0) {
      const tenant = nextGroup(this.#waitingGroups(), this.#inFlight, this.#times.recentMs) ?? '';
      received.push({ tenant, body: this.#take(tenant) });
      this.#count(tenant, 1);
    }
    return received;
  }

  /** Removes messages that were received. */
  remove(messages: readonly ReceivedMessage[]): void {
    this.#times.observe(this.#inFlight, this.#clock.now());
    for (const { tenant } of messages) this.#count(tenant, -1);
  }

  async deadLetter(body: string): Promise<void> {
    this.deadLetters.push(body);
  }

  *#waitingGroups() {
    for (const [group, { positions, first }] of this.#backlogs) {
      const oldest = positions[first];
      if (oldest !== undefined) yield { group, oldest };
    }
  }

  #take(tenant: string): string {
    const backlog = this.#backlogs.get(tenant);
    const body = backlog?.bodies[backlog.first++];
    if (!backlog || body === undefined) throw new Error(`no message of ${tenant} waits`);
    this.#waiting--;
    if (backlog.first * 2 > backlog.bodies.length) {
      backlog.bodies = backlog.bodies.slice(backlog.first);
      backlog.positions = backlog.positions.slice(backlog.first);
      backlog.first = 0;
    }
    return body;
  }

  #count(tenant: string, change: number): void {
    this.#inFlight.set(tenant, (this.#inFlight.get(tenant) ?? 0) + change);
  }
}
