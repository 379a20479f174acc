/** The queue of messages that no worker could process. An operator's redrive reads it. */
export interface DeadLetterQueue {
  /**
   * Returns up to ten messages, or none after a short wait, which does not prove that the queue is
   * empty. Each message stays hidden from other readers for longer than a redrive takes,
   * so one redrive never receives a message twice.
   */
  receive(max: number): Promise<readonly DeadLetter[]>;
  remove(letter: DeadLetter): Promise<void>;
  /** Makes received messages visible to readers again. */
  release(letters: readonly DeadLetter[]): Promise<void>;
  /** Returns the approximate number of messages, including received ones. */
  count(): Promise<number>;
}

export interface DeadLetter {
  readonly body: string;
  /** Identifies this delivery of the message, and is needed to remove or release the message. */
  readonly receipt: string;
}
