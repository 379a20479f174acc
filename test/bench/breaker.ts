/**
 * Measures the circuit breaker by itself: the time of a call next to cockatiel and opossum, heap
 * growth, store operations, and the race of many workers through one recovery.
 *
 *     npm run bench:breaker                   all four parts, in about half a minute
 *     npm run bench:breaker -- time race      only these: time, heap, operations, race
 */
import { serveCircuitTables } from '../support/dynalite-table.ts';
import { timeClosedPath } from './breaker/closed-path.ts';
import { measureHeap } from './breaker/heap.ts';
import { raceForRecovery } from './breaker/recovery-race.ts';
import { countOperations } from './breaker/store-operations.ts';

async function main(named: readonly string[]): Promise<void> {
  const wants = (part: string) => named.length === 0 || named.includes(part);
  if (wants('time')) await timeClosedPath();
  if (wants('heap')) await measureHeap();
  const tables = await serveCircuitTables();
  try {
    if (wants('operations')) await countOperations(tables);
    if (wants('race')) await raceForRecovery(tables);
  } finally {
    await tables.close();
  }
}

await main(process.argv.slice(2));
