import type { DeadLetter, DeadLetterQueue } from '../../lambda/core/jobs/dead-letter-queue.ts';

/** An in-memory dead-letter queue; a received message stays hidden until it is released. */
export class MemoryDeadLetters implements DeadLetterQueue {
  readonly bodies: Map<string, string>;
  readonly hidden = new Set<string>();
  /** The pages, counted from 0, that are empty although messages are there. */
  readonly emptyPages = new Set<number>();
  pages = 0;
  readonly released: DeadLetter[] = [];

  constructor(bodies: readonly string[]) {
    this.bodies = new Map(bodies.map((body, i) => [`${i}`, body]));
  }

  async receive(max: number): Promise<readonly DeadLetter[]> {
    if (max < 1) throw new Error('SQS refuses to receive no messages');
    this.pages++;
    if (this.emptyPages.has(this.pages - 1)) return [];
    const shown = [...this.bodies].filter(([receipt]) => !this.hidden.has(receipt)).slice(0, max);
    for (const [receipt] of shown) this.hidden.add(receipt);
    return shown.map(([receipt, body]) => ({ receipt, body }));
  }

  async remove({ receipt }: DeadLetter): Promise<void> {
    this.bodies.delete(receipt);
    this.hidden.delete(receipt);
  }

  async release(letters: readonly DeadLetter[]): Promise<void> {
    for (const { receipt } of letters) this.hidden.delete(receipt);
    this.released.push(...letters);
  }

  async count(): Promise<number> {
    return this.bodies.size;
  }
}
