/** The entries of targets in the tiers of all chains, and the faults that they have together. */
import { type Settings, type Target, targetKey } from '../policy.ts';
import { quotaKey } from '../quotas.ts';
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
  return [
    ...timeFaults(entries, settings),
    ...differences(entries),
    ...quotaFaults(entries),
    ...patienceFaults(settings),
  ];
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

/** Finds targets that share a quota and give it different limits. */
function quotaFaults(entries: readonly TargetEntry[]): readonly EntryFault[] {
  const firsts = new Map<string, Target>();
  return entries.flatMap(({ chain, path, target }) => {
    if (!target.quota) return [];
    const key = quotaKey(target);
    const first = firsts.get(key);
    if (!first) firsts.set(key, target);
    // The same target in two chains is a difference of facts.
    if (!first || targetKey(first) === targetKey(target)) return [];
    const expected = JSON.stringify(first.quota);
    if (JSON.stringify(target.quota) === expected) return [];
    const allowed = `${expected}, as at ${targetKey(first)}, because both use the quota ${key}`;
    return [{ chain, path: [...path, 'quota'], allowed }];
  });
}

/** Finds tiers for whose quota a job would wait beyond every deadline. */
function patienceFaults({ chains, jobs }: Settings): readonly EntryFault[] {
  return Object.entries(chains).flatMap(([chain, { tiers }]) =>
    tiers.flatMap(({ patienceSeconds = 0 }, tier) =>
      patienceSeconds <= jobs.deadlineSeconds
        ? []
        : [
            {
              chain,
              path: [tier, 'patienceSeconds'],
              allowed: `at most ${jobs.deadlineSeconds}, which is jobs.deadlineSeconds`,
            },
          ],
    ),
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
