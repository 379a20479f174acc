import type { Target } from '../../contract/policy.ts';

/** The provider's catalogue entry for a target's model and inference profile. */
export type CatalogueEntry =
  | {
      readonly outcome: 'found';
      /** A LEGACY model still serves, but its end of life is set. */
      readonly status: 'ACTIVE' | 'LEGACY';
      /** False for a profile that accepts no calls. */
      readonly isProfileActive: boolean;
      readonly legacyMs?: number;
      readonly endOfLifeMs?: number;
    }
  | { readonly outcome: 'not-found' | 'no-access' };

export interface ModelCatalogue {
  /** Throws if the catalogue does not answer. */
  read(target: Target): Promise<CatalogueEntry>;
}
