import { describe, expect, test } from '@jest/globals';
import type { TenantRegistry } from '../../lambda/core/jobs/tenant-registry.ts';
import { START } from '../support/job-builders.ts';

const LATER = START + 60_000;

/** The tests that every implementation of the registry passes. */
export function tenantRegistryCases(name: string, newRegistry: () => Promise<TenantRegistry>) {
  describe(`the registry of tenants (${name})`, () => {
    test('is empty at first', async () => {
      expect(await (await newRegistry()).all(START)).toEqual([]);
    });

    test('returns each tenant once, sorted', async () => {
      const registry = await newRegistry();
      for (const tenant of ['b', 'a', 'c', 'a']) await registry.add(tenant, LATER);

      expect(await registry.all(START)).toEqual(['a', 'b', 'c']);
    });

    test('keeps a tenant until its entry ends', async () => {
      const registry = await newRegistry();
      await registry.add('a', LATER);

      expect(await registry.all(LATER - 1_000)).toEqual(['a']);
      expect(await registry.all(LATER)).toEqual([]);
    });

    test('extends an entry that is added again', async () => {
      const registry = await newRegistry();
      await registry.add('a', LATER);
      await registry.add('a', LATER + 60_000);

      expect(await registry.all(LATER)).toEqual(['a']);
    });

    test('keeps names as they are', async () => {
      const registry = await newRegistry();
      const names = ['__proto__', 'a b/ü', 'x'.repeat(128)];
      for (const each of names) await registry.add(each, LATER);

      expect(await registry.all(START)).toEqual(names);
    });
  });
}
