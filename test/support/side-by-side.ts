/** The most clients that two cores can serve. With more, sandboxes would wait for a core. */
const CLIENTS = 5;

/** Works on all items, a few at a time, and returns the results in the order of the items. */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const queue = items.entries();
  const client = async () => {
    for (const [i, item] of queue) results[i] = await work(item);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return results;
}
