/** The entries of targets in the tiers of all chains, and the faults that they have together. */
import { type Settings, type Target, targetKey } from '../policy.ts';
import { brokenTargetRules } from '../time-budget.ts';
import { type ChainFault, identityOf } from './chain.ts';

/** A target as one tier lists it. */
export interface TargetEntry {
  readonly chain: string;
  /** The path within the tiers of the chain. */
  readonly path: readonly (string | number)[];
  readonly target: Target;
}

/** A fault of a chain. Its path is within the tiers of that chain. */
export interface EntryFault extends ChainFault {
  readonly chain: string;
}

/** Returns the path of a chain's tiers in the author's input, which has `tiers` or `chains`. */
export function tiersPath(input: unknown, chain: string): readonly (string | number)[] {
  return Object(input).tiers === undefined ? ['chains', chain, 'tiers'] : ['tiers'];
}

export function targetEntries({ chains }: Pick<Settings, 'chains'>): readonly TargetEntry[] {
  return Object.entries(chains).flatMap(([chain, { tiers }]) =>
    tiers.flatMap(({ targets }, tier) =>
      targets.map((target, i) => ({ chain, path: [tier, 'targets', i], target })),
    ),
  );
}

/** Finds time limits that cannot hold, and chains that describe one target in different ways. */
export function targetFaults(settings: Settings): readonly EntryFault[] {
  const entries = targetEntries(settings);
  return [...timeFaults(entries, settings), ...differences(entries)];
}

function timeFaults(entries: readonly TargetEntry[], settings: Settings): readonly EntryFault[] {
  return entries.flatMap(({ chain, path, target }) =>
    brokenTargetRules(target, settings).map((rule) => ({
      chain,
      path: [...path, ...rule.path],
      allowed: rule.allowed,
    })),
  );
}

/**
 * The fields that are facts about a target. A weight is not one: it is a target's share in one tier.
 */
const FACTS = ['model', 'geography', 'firstTokenSeconds', 'capabilities', 'quota'] as const;

/** Finds entries that differ from the first entry of their target, which is in another chain. */
function differences(entries: readonly TargetEntry[]): readonly EntryFault[] {
  const firsts = new Map<string, TargetEntry>();
  return entries.flatMap((entry) => {
    const identity = identityOf(entry.target);
    const first = firsts.get(identity);
    if (!first) firsts.set(identity, entry);
    return first && first.chain !== entry.chain ? differencesFrom(first, entry) : [];
  });
}

function differencesFrom(
  first: TargetEntry,
  { chain, path, target }: TargetEntry,
): readonly EntryFault[] {
  const because = `as in chain ${first.chain}, because both use one circuit`;
  if (targetKey(target) !== targetKey(first.target)) {
    return [{ chain, path: [...path, 'modelId'], allowed: `${first.target.modelId}, ${because}` }];
  }
  return FACTS.flatMap((field) => {
    // Parsed objects have their fields in the order of the schema.
    const expected = JSON.stringify(first.target[field]);
    if (JSON.stringify(target[field]) === expected) return [];
    return [{ chain, path: [...path, field], allowed: `${expected ?? 'nothing'}, ${because}` }];
  });
}
