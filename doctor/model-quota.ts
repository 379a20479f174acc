import { GLOBAL_GEOGRAPHY, profileOf } from '../lambda/contract/geography.ts';
import type { Target } from '../lambda/contract/policy.ts';
import type { Quota } from './quota-list.ts';

/**
 * The quota that a target's calls count against. Codes of Bedrock's quotas are published nowhere, so
 * it is found by its name: `Cross-region model inference tokens per minute for Anthropic Claude
 * Sonnet 4.5 V1`. Undefined when no name, or more than one, has the words of the model's id.
 */
export function quotaOf(
  quotas: readonly Quota[],
  target: Target,
  unit: 'tokens' | 'requests',
): Quota | undefined {
  const { model, geography } = profileOf(target);
  const words = wordsOf(model.replace(/:\d+$/, '').replace(/-\d{8}(?=-|$)/, ''));
  const found = quotas.filter(({ name }) => {
    const [, scope, counted, named = ''] = NAME.exec(name) ?? [];
    return scope === scopeOf(geography) && counted === unit && wordsOf(named) === words;
  });
  return found.length === 1 ? found[0] : undefined;
}

const NAME =
  /^(On-demand|Cross-region|Global cross-region) model inference (tokens|requests) per minute for (.+)$/;

function scopeOf(geography: string | undefined): string {
  if (geography === undefined) return 'On-demand';
  return geography === GLOBAL_GEOGRAPHY ? 'Global cross-region' : 'Cross-region';
}

/** Letters and numbers in a fixed order, as some names say `3.5 Haiku` and some `Haiku 4.5`. */
function wordsOf(name: string): string {
  const first = name.toLowerCase().replace(/[ -]v1$/, '');
  return (first.match(/[a-z]+|\d+/g) ?? []).sort().join(' ');
}
