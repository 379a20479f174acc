/**
 * Returns a number in (0, 1) that depends only on the text: FNV-1a over its UTF-16 units, with the
 * last step of MurmurHash3, because similar texts must give unrelated numbers.
 */
export function fractionOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) + 0.5) / 2 ** 32;
}

interface Weighted {
  readonly key: string;
  readonly weight: number;
}

/**
 * Orders the items by a weighted rendezvous hash: each draws u^(1/weight) from its own hash with the
 * subject, and the greatest draw is first (Efraimidis and Spirakis, "Weighted random sampling with a
 * reservoir", 2006). One subject always gets the same order; over many subjects, each item is first
 * as often as its weight says. An item that is removed changes the order of no others.
 */
export function rendezvousOrder<Item extends Weighted>(
  items: readonly Item[],
  subject: string,
): readonly Item[] {
  if (items.length < 2) return items;
  const drawn = items.map((item) => ({
    item,
    draw: fractionOf(`${item.key} ${subject}`) ** (1 / item.weight),
  }));
  return drawn.sort((a, b) => b.draw - a.draw).map(({ item }) => item);
}
