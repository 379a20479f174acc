/**
 * What six outages cost, in virtual time: the breaker, the router and the job use cases as the
 * worker runs them, over stores in memory. `npm run bench:outages -- --live` plays the same on the
 * embedded run.
 */
import { describe, expect, jest, test } from '@jest/globals';
import { median } from '../support/median.ts';
import { CHAINS, type ChainName, rigSettings } from './chains.ts';
import { type Figures, figuresOf } from './figures.ts';
import { type MeasuredOutage, OUTAGES } from './outages.ts';
import { simulate } from './simulate.ts';

/** A second each on an idle machine. */
jest.setTimeout(60_000);

const SEEDS = [1, 2, 3];
const POLLERS = 2;
/** From the end of the cooldown that runs when the outage ends. */
const BACK_SECONDS = 3;
/** A tier of two targets has two circuits to open and to probe. */
const FAULT_FACTORS: Readonly<Record<ChainName, number>> = { single: 1, paired: 1.5 };

async function replays(chain: ChainName, outage: MeasuredOutage): Promise<readonly Figures[]> {
  const settings = rigSettings(chain);
  const all: Figures[] = [];
  for (const seed of SEEDS) {
    all.push(figuresOf(await simulate({ settings, outage, seed, pollers: POLLERS })));
  }
  return all;
}

describe.each(CHAINS)('on the chain %s', (chain) => {
  test.each(OUTAGES)('$name costs no more than is promised', async (outage) => {
    const runs = await replays(chain, outage);
    const { faults, medianJobMs, primaryShare, backlogSeconds } = outage.limits;
    const middle = (figure: (of: Figures) => number) => median(runs.map(figure));

    for (const run of runs) {
      expect(run).toMatchObject({ lostJobs: 0, doubledJobs: 0, strayCalls: 0 });
      expect(run.callsBeyondStage).toBe(0);
    }
    expect(middle((run) => run.faults)).toBeLessThanOrEqual(faults * FAULT_FACTORS[chain]);
    expect(middle((run) => run.backSeconds)).toBeLessThanOrEqual(BACK_SECONDS);
    expect(middle((run) => run.medianJobMs)).toBeLessThanOrEqual(medianJobMs ?? Infinity);
    expect(middle((run) => run.primaryShare)).toBeGreaterThanOrEqual(primaryShare ?? 0);
    expect(middle((run) => run.backlogSeconds)).toBeLessThanOrEqual(backlogSeconds ?? Infinity);
  });
});

test('the same seed gives the same run', async () => {
  const [settings, outage, seed] = [rigSettings('single'), OUTAGES[4] as MeasuredOutage, 7];
  const play = async () => figuresOf(await simulate({ settings, outage, seed, pollers: POLLERS }));

  expect(await play()).toEqual(await play());
});

test('a region whose lower tiers are slow to recover for want of traffic gets its primary back', async () => {
  const settings = rigSettings('paired');
  const outage = OUTAGES.find(({ name }) => name === 'whole chain down') as MeasuredOutage;

  // With these, us-east-1 once lost its primary for as long as the others served.
  const { changes } = await simulate({ settings, outage, seed: 3, pollers: 10 });

  const primary = changes.filter(
    ({ key }) => key === 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0',
  );
  expect(primary.at(-1)?.type).toBe('closed');
});
