import { profileOf } from '../../contract/geography.ts';
import { type Settings, type Target, targetKey, targetsOf } from '../../contract/policy.ts';
import type { OverrideScope } from '../../contract/words.ts';

/** The scopes that a circuit is in, as `<scope>/<key>`, the narrowest first. */
export type ScopesOf = (circuitKey: string) => readonly string[];

export function scopeName(scope: OverrideScope, key: string): string {
  return `${scope}/${key}`;
}

/** The scope and the key of a name that `scopeName` made. Keys hold slashes, scopes do not. */
export function splitScopeName(name: string): { readonly scope: string; readonly key: string } {
  const slash = name.indexOf('/');
  return { scope: name.slice(0, slash), key: name.slice(slash + 1) };
}

/** For keys of the form `<region>/<modelId>`; any other key has its own scope alone. */
export const scopesOfTarget: ScopesOf = (circuitKey) => {
  const [region, ...rest] = circuitKey.split('/');
  if (!region || rest.length === 0) return [scopeName('target', circuitKey)];
  return scopesOf({ region, modelId: rest.join('/') });
};

/** As the settings tell: of a target whose id does not say its model, they do. */
export function scopesOfChain(settings: () => Settings): ScopesOf {
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
