import { isDeepStrictEqual } from 'node:util';
import { nameOf } from './explore.ts';
import { FaultPlan } from './faults.ts';
import { type RunSetup, runPath } from './run.ts';
import type { RunResult } from './run-result.ts';

/** Replays runs from start to end, without checkpoints, and returns the names of those that differ. */
export async function differingReplays(
  setup: RunSetup,
  results: readonly RunResult[],
): Promise<readonly string[]> {
  const names: string[] = [];
  for (const result of results) {
    const points = result.injected.map(({ n, fault }) => ({ n, fault }));
    const replayed = await runPath(setup, new FaultPlan(points));
    if (!isDeepStrictEqual(comparable(replayed), comparable(result))) {
      names.push(nameOf(result.injected));
    }
  }
  return names;
}

/** The result as plain data, without the URL whose signature contains the real time. */
function comparable(result: RunResult): unknown {
  const text = JSON.stringify(result, (key, value) => (key === 'resultUrl' ? undefined : value));
  return JSON.parse(text);
}
