/** Messages that no worker could finish, as an operator's redrive reads them. */
export interface DeadLetterQueue {
  /**
   * Up to ten messages, fewer or none when there are no more. Each is hidden from other readers for
   * longer than a redrive takes, so one redrive never meets a message twice.
   */
  receive(max: number): Promise<readonly DeadLetter[]>;
  remove(letter: DeadLetter): Promise<void>;
  /** Shows messages to readers again that were received and stay. */
  release(letters: readonly DeadLetter[]): Promise<void>;
  /** About how many there are, received ones included. */
  count(): Promise<number>;
}

export interface DeadLetter {
  readonly body: string;
  /** What this receipt allows: to remove the message, or to show it again. */
  readonly receipt: string;
}
