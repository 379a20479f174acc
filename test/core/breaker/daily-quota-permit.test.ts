import { describe, expect, test } from '@jest/globals';
import { DailyQuotaPermit } from '../../../lambda/core/breaker/daily-quota-permit.ts';
import type { Outcome, Permit } from '../../../lambda/core/breaker/permit.ts';

interface Told {
  readonly tokens: unknown[];
  readonly outcomes: Outcome[];
}

/** A permit that keeps what it is told, and whether it has written it. */
function aPermit(key: string, stage?: number) {
  const told: Told = { tokens: [], outcomes: [] };
  const state = { isWritten: false };
  const write = async () => {
    await undefined;
    state.isWritten = true;
  };
  const permit: Permit = {
    key,
    stage,
    token: (elapsedMs) => void told.tokens.push(elapsedMs),
    settle: (outcome) => {
      told.outcomes.push(outcome);
      return write();
    },
  };
  return { permit, told, state };
}

function both(targetStage?: number, dayStage?: number) {
  const [target, day] = [aPermit('target', targetStage), aPermit('day', dayStage)];
  return { target, day, permit: new DailyQuotaPermit(target.permit, day.permit) };
}

const IGNORED = { kind: 'ignored' };
const DAY = { kind: 'failure', failure: 'quota-day' } as const;
const FAULT = { kind: 'failure', failure: 'fault' } as const;
const SUCCESS = { kind: 'success' } as const;

describe('a permit of a target and of its day circuit', () => {
  test('is one of a recovery if either is', () => {
    expect(both(undefined, undefined).permit.stage).toBeUndefined();
    expect(both(2, undefined).permit.stage).toBe(2);
    expect(both(undefined, 0).permit.stage).toBe(0);
  });

  test.each([
    ['a daily quota', undefined, DAY, IGNORED, DAY],
    ['a success', undefined, SUCCESS, SUCCESS, IGNORED],
    ['a success of its recovery', 0, SUCCESS, SUCCESS, SUCCESS],
    ['a fault', 0, FAULT, FAULT, IGNORED],
  ])(
    'tells each circuit what it needs to know about %s',
    async (_, stage, outcome, target, day) => {
      const call = both(undefined, stage);

      await call.permit.settle(outcome);

      expect(call.target.told.outcomes).toEqual([target]);
      expect(call.day.told.outcomes).toEqual([day]);
    },
  );

  test('is settled when both circuits have written', async () => {
    const call = both();

    await call.permit.settle(SUCCESS);

    expect([call.target.state.isWritten, call.day.state.isWritten]).toEqual([true, true]);
  });

  test('tells the day circuit of a first token only in its recovery', async () => {
    const [healthy, probing] = [both(), both(undefined, 0)];
    await healthy.permit.token(400);
    await probing.permit.token(400);

    expect([healthy.target.told.tokens, healthy.day.told.tokens]).toEqual([[400], []]);
    expect([probing.target.told.tokens, probing.day.told.tokens]).toEqual([[400], [400]]);
  });
});

describe('the end of both writes', () => {
  const settled = (target: Promise<void> | undefined, day: Promise<void> | undefined) => {
    const aWriting = (write: Promise<void> | undefined): Permit => ({
      key: 'a/b',
      token: () => undefined,
      settle: () => write,
    });
    return new DailyQuotaPermit(aWriting(target), aWriting(day)).settle(SUCCESS);
  };

  test('is that of the later one', async () => {
    let hasWritten = false;
    const late = async () => {
      for (let i = 0; i < 10; i++) await undefined;
      hasWritten = true;
    };
    await settled(Promise.resolve(), late());
    expect(hasWritten).toBe(true);

    hasWritten = false;
    await settled(late(), Promise.resolve());
    expect(hasWritten).toBe(true);
  });

  test('is that of the only one, if one circuit writes nothing', () => {
    const write = Promise.resolve();

    expect(settled(write, undefined)).toBe(write);
    expect(settled(undefined, write)).toBe(write);
    expect(settled(undefined, undefined)).toBeUndefined();
  });
});
