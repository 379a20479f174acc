import { describe, expect, test } from '@jest/globals';
import type { RedriveLease } from '../../lambda/core/jobs/redrive-lease.ts';
import { START } from '../support/job-builders.ts';

/** The tests that every implementation of the lease passes. */
export function redriveLeaseCases(name: string, newLease: () => Promise<RedriveLease>): void {
  const ada = { token: 'a', holder: 'arn:aws:iam::1:user/ada', untilMs: START + 28_000 };
  const bob = { token: 'b', holder: 'arn:aws:iam::1:user/bob', untilMs: START + 40_000 };
  const held = { holder: ada.holder, untilMs: ada.untilMs };

  describe(`the lease of a redrive (${name})`, () => {
    test('belongs to one call, and tells the others who has it and until when', async () => {
      const lease = await newLease();

      expect(await lease.take(ada, START)).toBeUndefined();
      expect(await lease.take(bob, START + 27_999)).toEqual(held);
    });

    test('has one winner if many calls come at once', async () => {
      const lease = await newLease();
      const claims = Array.from({ length: 8 }, (_, i) => ({ ...ada, token: `${i}` }));

      const answers = await Promise.all(claims.map((claim) => lease.take(claim, START)));

      expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    });

    test('ends by itself, so that a call that was killed does not keep it', async () => {
      const lease = await newLease();
      await lease.take(ada, START);

      expect(await lease.take(bob, ada.untilMs)).toBeUndefined();
    });

    test('can be ended earlier', async () => {
      const lease = await newLease();
      await lease.take(ada, START);
      await lease.end({ ...ada, untilMs: START + 2_000 });

      expect(await lease.take(bob, START + 1_999)).toEqual({ ...held, untilMs: START + 2_000 });
      expect(await lease.take(bob, START + 2_000)).toBeUndefined();
    });

    test('is not ended by a call that has lost it', async () => {
      const lease = await newLease();
      await lease.take(ada, START);
      await lease.take(bob, ada.untilMs);
      await lease.end({ ...ada, untilMs: START });

      expect(await lease.take(ada, ada.untilMs)).toEqual({
        holder: bob.holder,
        untilMs: bob.untilMs,
      });
    });

    test('is taken only once by a request that is sent again after a lost response', async () => {
      const lease = await newLease();
      await lease.take(ada, START);

      expect(await lease.take(ada, START)).toBeUndefined();
    });
  });
}
