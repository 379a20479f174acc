/** Reads the `data` of server-sent events. The other fields of events are not in use. */
export class EventStream {
  #rest = '';

  /** Takes the next piece of the response. Returns the data of the events that it completes. */
  take(piece: string): readonly string[] {
    const blocks = (this.#rest + piece).split('\n\n');
    this.#rest = blocks.pop() ?? '';
    return blocks.map(dataOf).filter((data) => data !== '');
  }
}

function dataOf(block: string): string {
  return block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5).trimStart())
    .join('\n');
}
