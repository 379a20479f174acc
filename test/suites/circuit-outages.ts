import { describe, expect, test } from '@jest/globals';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import { countsOf, FAIL, type Fleet, type NewFleet, OK, opened } from '../support/fleet.ts';

/** Cases of a store that is lost or refuses requests. Its exceptions never reach a caller. */
export function outageCases(newFleet: NewFleet): void {
  describe('a lost store', () => {
    test('51. each worker applies the same rules alone, and reports the loss once per cooldown', async () => {
      const fleet = await newFleet();
      fleet.store.fault = () => 'lost';

      await fleet.calls(20, FAIL);
      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'open' });
      expect(await fleet.admit(2)).toMatchObject({ admitted: true });
      await fleet.seconds(59);
      await fleet.admit();
      expect(fleet.ofType('degraded')).toHaveLength(2);
      await fleet.seconds(1);
      const probe = await fleet.permit();

      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'half-open' });
      await probe.settle(OK);
      await fleet.seconds(5);
      await fleet.admit();
      expect(fleet.ofType('degraded')).toHaveLength(3);
    });

    test('52. the last known OPEN state holds to its end', async () => {
      const fleet = await opened(newFleet);
      fleet.store.fault = () => 'lost';
      await fleet.seconds(59.999);

      expect(await fleet.admit()).toMatchObject({ admitted: false, retryAfterMs: 1 });
    });

    test('52. a worker alone probes the circuit with one call at the end of that state', async () => {
      const fleet = await opened(newFleet);
      fleet.store.fault = () => 'lost';
      await fleet.seconds(60);

      expect(await fleet.admit()).toMatchObject({ permit: { stage: 0 } });
      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'half-open' });
    });

    test('52. a worker alone grants no permits of a shared recovery', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.call(OK);
      await fleet.admit(2);
      fleet.store.fault = () => 'lost';

      expect(await fleet.admit(1)).toMatchObject({ admitted: false, retryAfterMs: 60_000 });
      expect(await fleet.admit(2)).toMatchObject({ admitted: false, retryAfterMs: 60_000 });
    });

    test('53. the shared state is adopted when the store is back, and private counts are dropped', async () => {
      const fleet = await newFleet();
      fleet.store.fault = () => 'lost';
      await fleet.calls(20, FAIL);
      expect(await fleet.state(1)).toBe('OPEN');
      await fleet.seconds(60);
      fleet.store.fault = () => undefined;

      expect(await fleet.admit()).toMatchObject({ admitted: true });

      expect(await fleet.state(1)).toBe('CLOSED');
      expect(await countsOf(fleet)).toEqual({ success: 0, failures: 0 });
      expect(fleet.ofType('restored')).toHaveLength(1);
    });

    test('53. a permit granted alone changes nothing after the store is back', async () => {
      const fleet = await opened(newFleet);
      fleet.store.fault = () => 'lost';
      await fleet.seconds(60);
      const probe = await fleet.permit();
      fleet.store.fault = () => undefined;
      await fleet.seconds(5);
      const shared = await fleet.permit(2);

      await probe.settle(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 0');
      await shared.settle(OK);
      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('51. a loss that one circuit notices holds for all circuits of the worker', async () => {
      const fleet = await newFleet({ policy: { viewMaxAgeSeconds: 1 } });
      await fleet.admit(1, 'us-east-1/other');
      await fleet.seconds(0.5);
      await fleet.call(OK);
      fleet.store.fault = () => 'lost';
      await fleet.seconds(0.5);
      await fleet.admit(1, 'us-east-1/other');

      await fleet.calls(20, FAIL);

      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'open' });
    });

    test('a store that is too slow costs one timeout, and none until the next retry', async () => {
      const fleet = await newFleet();
      await fleet.call(OK);
      endAtTimeout(fleet, 200);

      const waits: number[] = [];
      for (let i = 0; i < 10; i++) waits.push(await waitedFor(fleet, () => fleet.call(FAIL)));

      expect(waits).toEqual([200, ...Array(9).fill(0)]);
    });

    test('a store that becomes too slow during a call costs that call two timeouts', async () => {
      const fleet = await newFleet({ policy: { viewMaxAgeSeconds: 1 } });
      await fleet.call(OK);
      endAtTimeout(fleet, 200);

      const waits: number[] = [];
      for (let i = 0; i < 10; i++) waits.push(await waitedFor(fleet, () => fleet.call(FAIL)));

      expect(waits).toEqual([400, ...Array(9).fill(0)]);
    });

    test('a slow store that still answers costs a recovering circuit its jitter, and others one read', async () => {
      const fleet = await opened(newFleet);
      await fleet.call(OK);
      await fleet.seconds(60);
      fleet.store.latency = () => fleet.clock.sleep(250);

      const other = await waitedFor(fleet, () => fleet.admit(2, 'us-east-1/other'));
      const claim = await waitedFor(fleet, () => fleet.admit(1));

      expect(other).toBe(500);
      // A claim is two reads and a save, after a random wait of up to a fifteenth of the lease.
      expect(claim).toBeLessThanOrEqual(3 * 500 + 5_000);
    });

    test('56. counts that the store refused go with the next flush', async () => {
      const fleet = await newFleet();
      await fleet.calls(19, FAIL);
      let isRefused = false;
      fleet.store.fault = (operation) => {
        isRefused ||= operation === 'addToWindow';
        return operation === 'addToWindow' ? 'refused' : undefined;
      };
      const last = await fleet.permit();
      await last.settle(FAIL);
      expect(isRefused).toBe(true);
      expect(await fleet.state()).toBe('CLOSED');
      fleet.store.fault = () => undefined;

      await fleet.worker(1).flush();

      expect(await fleet.state()).toBe('OPEN');
    });

    test('56. a store that refuses a tenth of all operations loses no trip and throws nothing', async () => {
      for (let seed = 1; seed <= 10; seed++) {
        const fleet = await newFleet();
        const random = seededRandom(seed);
        fleet.store.fault = () => (random() < 0.1 ? 'refused' : undefined);

        await fleet.calls(20, FAIL, 5);
        await flushAll(fleet, 5);

        expect([seed, fleet.ofType('opened').length]).toEqual([seed, 1]);
      }
    });
  });
}

async function flushAll(fleet: Fleet, workers: number): Promise<void> {
  for (let worker = 1; worker <= workers; worker++) await fleet.worker(worker).flush();
}

/** Makes every operation of the store end at its timeout. */
function endAtTimeout({ store, clock }: Fleet, timeoutMs: number): void {
  store.latency = () => clock.sleep(timeoutMs / 2);
  store.fault = () => 'response-lost';
}

async function waitedFor({ clock }: Fleet, call: () => Promise<unknown>): Promise<number> {
  const startMs = clock.now();
  let endMs = Number.NaN;
  const ended = call().then(() => {
    endMs = clock.now();
  });
  while (Number.isNaN(endMs)) await clock.advance(10);
  await ended;
  return endMs - startMs;
}
