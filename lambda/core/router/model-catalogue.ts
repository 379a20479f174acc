import type { Target } from '../../contract/policy.ts';

/** What the provider's catalogue says of a target's model, and of the profile that it is called by. */
export type CatalogueEntry =
  | {
      readonly outcome: 'found';
      /** LEGACY: it still serves, and has an end. */
      readonly status: 'ACTIVE' | 'LEGACY';
      /** False for a profile that does not take calls. */
      readonly isProfileActive: boolean;
      readonly legacyMs?: number;
      readonly endOfLifeMs?: number;
    }
  | { readonly outcome: 'not-found' | 'no-access' };

export interface ModelCatalogue {
  /** Throws when the catalogue does not answer. */
  read(target: Target): Promise<CatalogueEntry>;
}
