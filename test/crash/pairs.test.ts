import { afterAll, describe, expect, test } from '@jest/globals';
import { describeFinding, explore, type Tally } from './explore.ts';
import { memoryPlatform } from './memory-platform.ts';
import { PATHS } from './paths.ts';
import type { Platform } from './platform.ts';
import { differingReplays } from './replay.ts';
import { printTallies } from './report.ts';

/** The time limit of a test, long enough for a busy machine. */
const TIMEOUT_MS = 300_000;
/** The faults of a pair. All five take minutes, so CI alone tries them. */
const PLATFORM: Platform = process.env.ALL_FAULTS
  ? memoryPlatform
  : { ...memoryPlatform, faults: ['response-lost', 'killed'] };
/** By default, the second fault kills a process. */
const SECOND_FAULTS = process.env.ALL_FAULTS ? undefined : (['killed'] as const);
/** By default, one of the paths with a quota is enough: each has thousands of pairs. */
const PATHS_TO_TRY = process.env.ALL_FAULTS
  ? PATHS
  : PATHS.filter(
      ({ quotaWaitMs, isDeliveredTwice }) => quotaWaitMs === undefined || isDeliveredTwice,
    );
/** More findings would not help to find the cause. */
const MOST_FINDINGS = 20;

const tallies: Tally[] = [];
afterAll(() => printTallies('Two faults at every pair of calls, in memory', tallies));

describe('every promise holds with faults at any two calls', () => {
  test.each(PATHS_TO_TRY)(
    '$name',
    async (path) => {
      const exploration = {
        ...{ platform: PLATFORM, path, depth: 2 as const },
        secondFaults: SECOND_FAULTS,
      };
      const tally = await explore({ ...exploration, mostFindings: MOST_FINDINGS });
      tallies.push(tally);

      expect(tally.findings.map(describeFinding)).toEqual([]);
      expect(tally.ended).toBe(tally.runs);
      expect(tally.mostExtraCalls).toBeLessThanOrEqual(1);
      expect(await differingReplays(exploration, tally.sample)).toEqual([]);
    },
    TIMEOUT_MS,
  );
});
