import type { Settings } from '../../lambda/contract/policy.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import type { CircuitNews } from './circuit-news.ts';

/** The tier that serves a chain is now another. `tier` is absent if none admits all calls. */
export interface TierChange {
  readonly chain: string;
  readonly tier?: string;
  readonly before?: string;
}

/**
 * Follows which tier serves each chain: the first one with a closed circuit. A recovering target gets
 * a few calls only, so its tier does not serve yet.
 */
export class ServingTiers {
  readonly #chains: Settings['chains'];
  readonly #notClosed = new Set<string>();
  readonly #serving = new Map<string, string | undefined>();

  constructor({ chains }: Pick<Settings, 'chains'>) {
    this.#chains = chains;
    for (const chain of Object.keys(chains)) this.#serving.set(chain, this.#tierOf(chain));
  }

  /** Returns the chains that another tier serves since this news. */
  add({ type, target }: CircuitNews): readonly TierChange[] {
    if (type === 'closed') this.#notClosed.delete(target);
    else this.#notClosed.add(target);
    return Object.keys(this.#chains).flatMap((chain) => {
      const before = this.#serving.get(chain);
      const tier = this.#tierOf(chain);
      this.#serving.set(chain, tier);
      if (tier === before) return [];
      return [{ chain, ...(tier && { tier }), ...(before && { before }) }];
    });
  }

  #tierOf(chain: string): string | undefined {
    return this.#chains[chain]?.tiers.find(({ targets }) =>
      targets.some((target) => !this.#notClosed.has(targetKey(target))),
    )?.name;
  }
}
