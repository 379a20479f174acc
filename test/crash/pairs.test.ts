import { afterAll, describe, expect, test } from '@jest/globals';
import { describeFinding, explore, type Tally } from './explore.ts';
import { memoryPlatform } from './memory-platform.ts';
import { PATHS } from './paths.ts';
import { printTallies } from './report.ts';
import { astray } from './whole-runs.ts';

/** On a machine that does much else. */
const PATIENCE_MS = 300_000;

const tallies: Tally[] = [];
afterAll(() => printTallies('Every ordered pair of calls struck, in memory', tallies));

describe('a job keeps every promise whichever two calls are struck', () => {
  test.each(PATHS)(
    '$name',
    async (path) => {
      const exploration = { platform: memoryPlatform, path, depth: 2 } as const;
      const tally = await explore(exploration);
      tallies.push(tally);

      expect(tally.findings.map(describeFinding)).toEqual([]);
      expect(tally.ended).toBe(tally.runs);
      expect(tally.mostExtraCalls).toBeLessThanOrEqual(1);
      expect(await astray(exploration, tally.sample)).toEqual([]);
    },
    PATIENCE_MS,
  );
});
