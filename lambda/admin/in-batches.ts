/** The number of requests at a time: as many as the SDK opens connections. */
const BATCH = 50;

/** Calls `read` for each item, a batch of them at a time. Returns the results in the items' order. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < items.length; at += BATCH) {
    results.push(...(await Promise.all(items.slice(at, at + BATCH).map(read))));
  }
  return results;
}
