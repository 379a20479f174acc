/**
 * Properties that hold under any interleaving, on any store. PROPERTY_RUNS (memory) and
 * PROPERTY_STORE_RUNS (the others) set the number of runs. PROPERTY_SEED and PROPERTY_PATH replay a run
 * that failed.
 */
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Scenario, scenario } from '../support/circuit-scenario.ts';
import { ScenarioRun } from '../support/circuit-scenario-run.ts';
import type { OpenStore } from './circuit-cases.ts';

/** The number of runs on a real store. Each run sends a few thousand requests. */
export const STORE_RUNS = Number(process.env.PROPERTY_STORE_RUNS ?? 3);

const SEED = Number(process.env.PROPERTY_SEED ?? 20_260_115);
const PATH = process.env.PROPERTY_PATH;

/** The fewest runs for which case 78 is checked. With fewer runs, the shares are mostly chance. */
const FEWEST_FOR_SHARES = 100;

export function circuitProperties(storeName: string, openStore: OpenStore, runs: number): void {
  const replay = `npm test -- ${storeName === 'memory' ? 'core/breaker/properties' : storeName}`;

  describe(`under any interleaving, on the ${storeName} store`, () => {
    test('72-76, 78, 80, 95. the shared record keeps its rules, with streams that break', async () => {
      const reached = new Map<string, number>();

      await holds(runs, replay, async (drawn) => {
        const run = await ScenarioRun.of(drawn, openStore);
        await run.run();
        await run.drain();
        expect(run.violations).toEqual([]);
        for (const name of reachedBy(run)) reached.set(name, (reached.get(name) ?? 0) + 1);
      });

      if (runs < FEWEST_FOR_SHARES || PATH) return;
      const shares = LEAST_SHARES.map(([name, least]) => {
        const share = (reached.get(name) ?? 0) / runs;
        return { name, share, isEnough: share >= least };
      });
      expect(shares.filter(({ isEnough }) => !isEnough)).toEqual([]);
    }, 7_200_000);

    test('77. a healthy target is closed in bounded time', async () => {
      await holds(Math.ceil(runs / 4), replay, async (drawn) => {
        const run = await ScenarioRun.of(drawn, openStore);
        await run.run();
        await run.recover();
        expect(run.violations).toEqual([]);
        const states = [...run.checkers.values()].map(({ state }) => state);
        expect(new Set(states)).toEqual(new Set(['CLOSED']));
      });
    }, 7_200_000);
  });
}

/** Case 78: the least share of runs that must reach each situation. */
const LEAST_SHARES = [
  ['OPEN', 0.95],
  ['HALF_OPEN 0', 0.9],
  ['HALF_OPEN 1', 0.8],
  ['HALF_OPEN 2', 0.7],
  ['closed again', 0.5],
  ['degraded', 0.2],
  ['overridden', 0.4],
] as const;

function reachedBy({ fleet, checkers }: ScenarioRun): Set<string> {
  const states = [...checkers.values()].flatMap(({ reached }) => [...reached]);
  const events = [
    ...(fleet.ofType('closed').length > 0 ? ['closed again'] : []),
    ...(fleet.ofType('degraded').length > 0 ? ['degraded'] : []),
    ...([...checkers.values()].some(({ isOverridden }) => isOverridden) ? ['overridden'] : []),
  ];
  return new Set([...states, ...events]);
}

async function holds(
  numRuns: number,
  replay: string,
  property: (drawn: Scenario) => Promise<void>,
): Promise<void> {
  const details = await fc.check(fc.asyncProperty(scenario, property), {
    numRuns,
    endOnFailure: true,
    seed: SEED,
    ...(PATH && { path: PATH }),
  });
  if (!details.failed) return;
  const { seed, counterexamplePath, errorInstance } = details;
  throw new Error(
    `failed after ${details.numRuns} runs; replay it with PROPERTY_SEED=${seed} PROPERTY_PATH=${counterexamplePath} ${replay}`,
    { cause: errorInstance },
  );
}
