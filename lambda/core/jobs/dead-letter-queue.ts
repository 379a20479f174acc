/** The messages that no worker could finish, as an operator's redrive reads them. */
export interface DeadLetterQueue {
  /**
   * Returns up to ten messages. Each stays hidden from other readers for longer than a redrive takes,
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
  /** Identifies this receive when the message is removed or released. */
  readonly receipt: string;
}
