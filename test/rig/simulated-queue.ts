import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import type { JobPointer, JobQueue } from '../../lambda/core/jobs/job-queue.ts';

/** The job queue in virtual time, with delays and dead letters. Messages keep their order. */
export class SimulatedQueue implements JobQueue {
  readonly deadLetters: string[] = [];
  /** Called when a message can be received. */
  onReady: () => void = () => undefined;
  readonly #clock: Clock;
  #ready: string[] = [];
  /** The position of the first message in `#ready` that nobody has received. */
  #first = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async send(pointer: JobPointer, delayMs: number): Promise<void> {
    // SQS delays are whole seconds.
    void this.#clock.sleep(Math.ceil(delayMs / 1000) * 1000).then(() => {
      this.#ready.push(encodeMessage(pointer));
      this.onReady();
    });
  }

  get waiting(): number {
    return this.#ready.length - this.#first;
  }

  async countWaiting(): Promise<number> {
    return this.waiting;
  }

  /** Returns the oldest messages and removes them. */
  receive(limit: number): readonly string[] {
    const received = this.#ready.slice(this.#first, this.#first + limit);
    this.#first += received.length;
    if (this.#first * 2 > this.#ready.length) {
      this.#ready = this.#ready.slice(this.#first);
      this.#first = 0;
    }
    return received;
  }

  async deadLetter(body: string): Promise<void> {
    this.deadLetters.push(body);
  }
}
