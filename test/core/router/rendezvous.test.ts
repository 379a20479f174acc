import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rendezvousOrder } from '../../../lambda/core/router/rendezvous.ts';

const item = fc.record({
  key: fc.string({ minLength: 1 }),
  weight: fc.integer({ min: 1, max: 9 }),
});
const items = fc.uniqueArray(item, { selector: ({ key }) => key, minLength: 1, maxLength: 6 });

describe('a weighted rendezvous order', () => {
  test('has each item once, and depends neither on the order given nor on chance', () => {
    fc.assert(
      fc.property(items, fc.string(), (given, subject) => {
        const order = rendezvousOrder(given, subject);

        expect(new Set(order)).toEqual(new Set(given));
        expect(rendezvousOrder(given.toReversed(), subject)).toEqual(order);
      }),
    );
  });

  test('changes for no other item if one is removed', () => {
    fc.assert(
      fc.property(items, fc.string(), fc.nat(), (given, subject, n) => {
        const removed = given[n % given.length];
        const isLeft = (each: unknown) => each !== removed;

        expect(rendezvousOrder(given.filter(isLeft), subject)).toEqual(
          rendezvousOrder(given, subject).filter(isLeft),
        );
      }),
    );
  });

  test('puts each item first as often as its weight says, over many subjects', () => {
    const given = [
      { key: 'us-east-1/model', weight: 3 },
      { key: 'us-west-2/model', weight: 2 },
      { key: 'eu-west-1/model', weight: 1 },
    ];
    const counts = new Map<string, number>();
    for (let n = 0; n < 6000; n++) {
      const key = rendezvousOrder(given, `tenant ${n}`)[0]?.key ?? '';
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }

    for (const { key, weight } of given) {
      expect((counts.get(key) ?? 0) / 1000).toBeCloseTo(weight, 0);
    }
  });

  test('spreads the second places too', () => {
    const given = ['a', 'b', 'c'].map((key) => ({ key, weight: 1 }));
    const orders = Array.from({ length: 600 }, (_, n) =>
      rendezvousOrder(given, `${n}`)
        .map(({ key }) => key)
        .join(''),
    );

    const counts = [...new Set(orders)].map((each) => orders.filter((o) => o === each).length);
    expect(counts).toHaveLength(6);
    expect(Math.min(...counts)).toBeGreaterThan(60);
  });
});
