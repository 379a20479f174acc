/**
 * Outages in virtual time: the worker's breaker, router and job use cases with stores in memory.
 * `npm run bench:outages` prints the same figures; with `-- --live` it runs the same outages on the
 * embedded run.
 */
import { describe, expect, jest, test } from '@jest/globals';
import { median } from '../support/median.ts';
import { CHAINS, type ChainName, rigSettings } from './chains.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type MeasuredOutage, OUTAGES } from './outages.ts';
import { simulate } from './simulate.ts';

/** Each test takes about a second on an idle machine. */
jest.setTimeout(60_000);

const SEEDS = [1, 2, 3];
/** An outage with an aftermath takes twice as long, and its figures vary less. */
const AFTERMATH_SEEDS = [1];
const POLLERS = 2;
/**
 * The limits for `recoverySeconds` of an outage without its own. A target of `paired` gets about half of the
 * jobs, so its 16 probes take a little more than 3 s.
 */
const RECOVERY_LIMIT_SECONDS: Readonly<Record<ChainName, number>> = { single: 3, paired: 4 };
/** Factors for the limits on failures. A tier of `paired` has two circuits to open. */
const FAILURE_FACTORS: Readonly<Record<ChainName, number>> = { single: 1, paired: 1.5 };

async function runsOf(chain: ChainName, outage: MeasuredOutage): Promise<readonly Figures[]> {
  const settings = rigSettings(chain);
  const all: Figures[] = [];
  for (const seed of outage.aftermath ? AFTERMATH_SEEDS : SEEDS) {
    all.push(figuresOf(await simulate({ settings, outage, seed, pollers: POLLERS })));
  }
  return all;
}

describe.each(CHAINS)('on the chain %s', (chain) => {
  test.each(OUTAGES)(
    '$name keeps its limits of failures, delays and recovery, and loses no job',
    async (outage) => {
      const runs = await runsOf(chain, outage);
      const { limits } = outage;
      const { failures, medianJobMs, primaryShare, backlogSeconds } = limits;
      const { recoverySeconds = RECOVERY_LIMIT_SECONDS[chain] } = limits;
      const medianOf = (figure: (of: Figures) => number) => median(runs.map(figure));

      for (const run of runs) {
        expect(run).toMatchObject({ lostJobs: 0, jobsAnsweredTwice: 0, callsWhileOpen: 0 });
        expect(run.callsBeyondPermits).toBe(0);
      }
      expect(medianOf((run) => run.failures)).toBeLessThanOrEqual(
        failures * FAILURE_FACTORS[chain],
      );
      expect(medianOf((run) => run.failuresAfter)).toBeLessThanOrEqual(
        limits.failuresAfter ?? Infinity,
      );
      expect(medianOf((run) => run.lateJobs)).toBeLessThanOrEqual(limits.lateJobs ?? Infinity);
      expect(medianOf((run) => run.recoverySeconds)).toBeLessThanOrEqual(recoverySeconds);
      expect(medianOf((run) => run.medianJobMs)).toBeLessThanOrEqual(medianJobMs ?? Infinity);
      expect(medianOf((run) => run.primaryShare)).toBeGreaterThanOrEqual(primaryShare ?? 0);
      expect(medianOf((run) => run.backlogSeconds)).toBeLessThanOrEqual(backlogSeconds ?? Infinity);
    },
  );
});

test('two simulations with the same seed have the same figures', async () => {
  const [settings, outage, seed] = [rigSettings('single'), OUTAGES[4] as MeasuredOutage, 7];
  const run = async () => figuresOf(await simulate({ settings, outage, seed, pollers: POLLERS }));

  expect(await run()).toEqual(await run());
});

test('the circuit of a primary closes again although the lower tiers of its region get no traffic', async () => {
  const settings = rigSettings('paired');
  const outage = OUTAGES.find(({ name }) => name === 'whole chain down') as MeasuredOutage;

  // With this seed and number of pollers, the router once skipped the primary of us-east-1 for as long
  // as other targets served.
  const { changes } = await simulate({ settings, outage, seed: 3, pollers: 10 });

  const primary = changes.filter(
    ({ key }) => key === 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  );
  expect(primary.at(-1)?.type).toBe('closed');
});
