import { targetsOf } from '../../contract/chains.ts';
import { profileOf } from '../../contract/geography.ts';
import { type Settings, type Target, targetKey } from '../../contract/policy.ts';
import type { OverrideScope } from '../../contract/words.ts';

/** Returns the scopes of a circuit as `<scope>/<key>`, the narrowest first. */
export type ScopesOf = (circuitKey: string) => readonly string[];

export function scopeName(scope: OverrideScope, key: string): string {
  return `${scope}/${key}`;
}

/** Splits a name that `scopeName` returned. A key may contain slashes; a scope does not. */
export function splitScopeName(name: string): { readonly scope: string; readonly key: string } {
  const slash = name.indexOf('/');
  return { scope: name.slice(0, slash), key: name.slice(slash + 1) };
}

/** Reads the scopes from a key `<region>/<modelId>`. Any other key has only the scope `target`. */
export const scopesOfTarget: ScopesOf = (circuitKey) => {
  const [region, ...rest] = circuitKey.split('/');
  if (!region || rest.length === 0) return [scopeName('target', circuitKey)];
  return scopesOf({ region, modelId: rest.join('/') });
};

/**
 * Derives the scopes from the target in the settings, which name the model if the target's id does
 * not.
 */
export function scopesOfChains(settings: () => Settings): ScopesOf {
  return (circuitKey) => {
    const target = targetsOf(settings()).find((each) => targetKey(each) === circuitKey);
    return target ? scopesOf(target) : scopesOfTarget(circuitKey);
  };
}

function scopesOf(target: Target): readonly string[] {
  return [
    scopeName('target', targetKey(target)),
    scopeName('profile', target.modelId),
    scopeName('model', profileOf(target).model),
    scopeName('region', target.region),
  ];
}
