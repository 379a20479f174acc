/** The largest values of SSM's tiers. */
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

export type Tier = 'Standard' | 'Advanced';
export type RequestedTier = Tier | 'Intelligent-Tiering';

/**
 * Returns the tier of a new version of a parameter, or the message with which SSM refuses it. A
 * parameter never leaves the advanced tier. Without a tier, SSM takes the default of the account, which
 * is the standard tier unless somebody has changed it.
 */
export function tierOf(
  value: string,
  present: Tier | undefined,
  requested: RequestedTier = 'Standard',
): { readonly tier: Tier } | { readonly refusal: string } {
  const bytes = Buffer.byteLength(value);
  const isAdvanced = present === 'Advanced';
  if (bytes > ADVANCED_BYTES) {
    return { refusal: `parameters support a value of at most ${ADVANCED_BYTES} characters` };
  }
  if (requested === 'Intelligent-Tiering') {
    return { tier: isAdvanced || bytes > STANDARD_BYTES ? 'Advanced' : 'Standard' };
  }
  if (requested === 'Standard' && isAdvanced) {
    return { refusal: 'a parameter of the advanced tier cannot return to the standard tier' };
  }
  if (requested === 'Standard' && bytes > STANDARD_BYTES) {
    return {
      refusal: `parameters of the standard tier support a value of at most ${STANDARD_BYTES} characters`,
    };
  }
  return { tier: requested };
}
