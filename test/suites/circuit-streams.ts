import { describe, expect, test } from '@jest/globals';
import type { Permit } from '../../lambda/core/breaker/permit.ts';
import {
  countsOf,
  FAIL,
  type Fleet,
  failure,
  IGNORED,
  KEY,
  type NewFleet,
  OK,
  opened,
  permitsOf,
} from '../support/fleet.ts';

const BROKEN = failure('broken-stream');

/** Cases of calls that answer as a stream. */
export function streamCases(newFleet: NewFleet): void {
  closedCases(newFleet);
  recoveryCases(newFleet);
}

function closedCases(newFleet: NewFleet): void {
  describe('a stream outside a recovery', () => {
    test('79. is a success at its first token, which is written while the stream runs', async () => {
      const fleet = await newFleet();
      const permit = await fleet.permit();
      await fleet.seconds(2);
      await permit.token();
      await stream(fleet, permit, 5);
      expect(await countsOf(fleet)).toEqual({ success: 0, failures: 0 });

      await stream(fleet, permit, 1);
      expect(await countsOf(fleet)).toEqual({ success: 1, failures: 0 });
      await stream(fleet, permit, 30);
      await permit.settle(OK);
      await fleet.worker(1).flush();

      expect(await countsOf(fleet)).toEqual({ success: 1, failures: 0 });
      // One write announced the call, one counted it, and one recorded the end of its answer.
      expect(fleet.store.times('addToWindow')).toBe(3);
    });

    test('79. counts once, however it ends after its first token', async () => {
      const fleet = await newFleet();
      for (const outcome of [OK, IGNORED]) {
        const permit = await fleet.permit();
        await permit.token();
        await permit.token();
        await permit.settle(outcome);
        await permit.token();
        await permit.settle(FAIL);
      }

      await fleet.worker(1).flush();

      expect(await countsOf(fleet)).toEqual({ success: 2, failures: 0 });
    });

    test('80. that breaks takes its success back and counts as a failure, at once', async () => {
      const fleet = await newFleet();
      await fleet.calls(3, OK);
      const permit = await fleet.permit();
      await permit.token();
      await stream(fleet, permit, 10);
      expect(await countsOf(fleet)).toEqual({ success: 4, failures: 0 });

      await permit.settle(BROKEN);

      expect(await countsOf(fleet)).toEqual({ success: 3, failures: 1 });
    });

    test('80. that breaks after its success left the window counts only as a failure', async () => {
      const fleet = await newFleet();
      const permit = await fleet.permit();
      await permit.token();
      await stream(fleet, permit, 70);
      await fleet.calls(2, OK);

      await permit.settle(BROKEN);

      expect(await countsOf(fleet)).toEqual({ success: 2, failures: 1 });
    });

    test('80. that breaks opens the circuit by the usual rules', async () => {
      const fleet = await newFleet({ policy: { consecutiveFailures: 5 } });

      for (let i = 0; i < 5; i++) await breakOne(fleet);

      expect(fleet.ofType('opened')).toMatchObject([
        { evidence: { rule: 'dry', failure: 'broken-stream', calls: 5, failures: 5 } },
      ]);
    });

    test('80. of a job that has already failed takes its success back and adds no second failure', async () => {
      const fleet = await newFleet();
      const job = { subject: 'job-1' };
      await fleet.call(FAIL, 1, job);
      const permit = await fleet.permit(1, KEY, job);
      await permit.token();
      await fleet.worker(1).flush();

      await permit.settle(BROKEN);
      await fleet.worker(1).flush();

      expect(await countsOf(fleet)).toEqual({ success: 0, failures: 1 });
    });

    test('80. from an earlier epoch that breaks changes nothing', async () => {
      const fleet = await newFleet();
      const late = await fleet.permit(7);
      await late.token();
      await fleet.calls(20, FAIL);
      const before = (await fleet.store.load(KEY)).record;

      await late.settle(BROKEN);
      await fleet.worker(7).flush();

      expect((await fleet.store.load(KEY)).record).toEqual(before);
    });

    test('81, 82. that our own abort or time limit ends changes no count', async () => {
      const fleet = await newFleet();
      const before = await fleet.permit();
      await before.settle(IGNORED);
      const [aborted, cut] = [await fleet.permit(), await fleet.permit()];
      for (const permit of [aborted, cut]) await permit.token();
      await aborted.settle(IGNORED);
      await cut.settle(OK);

      await fleet.worker(1).flush();

      expect(await countsOf(fleet)).toEqual({ success: 2, failures: 0 });
    });
  });
}

function recoveryCases(newFleet: NewFleet): void {
  describe('a stream in a recovery', () => {
    test('79. succeeds when it has run for the stall limit after its first token', async () => {
      const fleet = await probing(newFleet);
      const probe = await fleet.permit();
      await fleet.seconds(3);
      await probe.token();
      await fleet.seconds(19.999);
      expect(await fleet.state()).toBe('HALF_OPEN 0');

      await fleet.seconds(0.001);

      expect(await fleet.state()).toBe('HALF_OPEN 1');
      await probe.settle(OK);
      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('79. succeeds at its end if it ends earlier, and leaves no timer', async () => {
      const fleet = await probing(newFleet);
      const probe = await fleet.permit();
      await probe.token();
      await probe.settle(OK);
      expect(await fleet.state()).toBe('HALF_OPEN 1');
      const saves = fleet.store.times('save');

      await fleet.seconds(60);

      expect(fleet.store.times('save')).toBe(saves);
    });

    test('79. that our own abort ends before the stall limit returns its permit', async () => {
      const fleet = await probing(newFleet);
      const probe = await fleet.permit();
      await probe.token();

      await probe.settle(IGNORED);

      expect(await fleet.state()).toBe('HALF_OPEN 0');
      expect(await fleet.admit(2)).toMatchObject({ admitted: true });
    });

    test('34. with a slow first token opens the circuit at that token', async () => {
      const fleet = await probing(newFleet, { slowFirstTokenSeconds: 30 });
      const probe = await fleet.permit();
      await fleet.seconds(30);

      await probe.token();

      expect(fleet.ofType('opened').at(-1)?.evidence).toMatchObject({
        rule: 'probe',
        slowCalls: 1,
      });
    });

    test('80. that breaks opens the circuit although its permit was settled', async () => {
      const fleet = await probing(newFleet);
      const probe = await fleet.permit();
      await probe.token();
      await fleet.seconds(20);
      await fleet.calls(5, OK);
      expect(await fleet.state()).toBe('HALF_OPEN 2');

      await probe.settle(BROKEN);

      expect(fleet.ofType('opened').at(-1)).toMatchObject({
        opens: 2,
        evidence: { rule: 'probe', failure: 'broken-stream', stage: 2 },
      });
    });

    test('80. that breaks opens the circuit although its lease has run out', async () => {
      const fleet = await probing(newFleet);
      const probe = await fleet.permit();
      await fleet.seconds(60);
      await probe.token();
      await fleet.seconds(15);
      await fleet.permit(2);

      await probe.settle(BROKEN);

      expect(await fleet.state()).toBe('OPEN');
    });

    test('80. from an earlier epoch that breaks does not open a later recovery', async () => {
      const fleet = await probing(newFleet);
      const late = await fleet.permit();
      await late.token();
      await fleet.seconds(20);
      await fleet.call(FAIL, 2);
      await fleet.seconds(60);
      await fleet.permit(3);

      await late.settle(BROKEN);

      expect(await fleet.state()).toBe('HALF_OPEN 0');
    });

    test('80. that breaks does not open a circuit that has closed since', async () => {
      const fleet = await probing(newFleet);
      const late = await fleet.permit();
      await late.token();
      await fleet.seconds(20);
      await fleet.calls(15, OK);
      expect(await fleet.state()).toBe('CLOSED');

      await late.settle(BROKEN);

      expect(await fleet.state()).toBe('CLOSED');
    });

    test('46. is credited once if it ends while its success is being written', async () => {
      const fleet = await probing(newFleet);
      await fleet.call(OK);
      const [probe] = permitsOf([await fleet.admit()]);
      await probe?.token();
      const waiting = fleet.seconds(20);
      await probe?.settle(OK);
      await waiting;

      const { record } = await fleet.store.load(KEY);
      expect(record).toMatchObject({ stage: 1, succeeded: 1 });
    });
  });

  describe('a lease', () => {
    test('45. lasts as long as its call asks for', async () => {
      const fleet = await probing(newFleet);
      const probe = await fleet.permit(1, KEY, { leaseMs: 600_000 });
      await fleet.seconds(599.999);
      expect(await fleet.admit(2)).toMatchObject({ admitted: false });

      await probe.settle(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });
  });
}

/** Reports a token each second. */
async function stream(fleet: Fleet, permit: Permit, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await fleet.seconds(1);
    await permit.token();
  }
}

async function breakOne(fleet: Fleet): Promise<void> {
  const permit = await fleet.permit();
  await permit.token();
  await permit.settle(BROKEN);
}

/** Returns a fleet whose circuit may be probed. */
async function probing(newFleet: NewFleet, policy = {}): Promise<Fleet> {
  const fleet = await opened(newFleet, policy);
  await fleet.seconds(60);
  return fleet;
}
