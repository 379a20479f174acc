import { modelFacts } from '../models.ts';
import { type Target, type Tier, targetKey } from '../policy.ts';

export interface ChainFault {
  /** The path within the list of tiers. */
  readonly path: readonly (string | number)[];
  readonly allowed: string;
}

/** Finds tiers that contradict each other, and caps that exceed the limits of their models. */
export function chainFaults(tiers: readonly Tier[]): readonly ChainFault[] {
  const tierOf = new Map<string, string>();
  return tiers.flatMap((tier, index) => {
    const path = (...rest: readonly (string | number)[]) => [index, ...rest];
    const isNameTaken = tiers.findIndex(({ name }) => name === tier.name) < index;
    return [
      ...(isNameTaken ? [{ path: path('name'), allowed: 'a name that no other tier has' }] : []),
      ...repeatFaults(tier, tierOf, path),
      ...capFaults(tier, path),
    ];
  });
}

type Path = (...rest: readonly (string | number)[]) => ChainFault['path'];

/** Finds targets that are named twice, and adds this tier's targets to `tierOf`. */
function repeatFaults(
  { name, targets }: Tier,
  tierOf: Map<string, string>,
  path: Path,
): readonly ChainFault[] {
  if (targets.every((target) => tierOf.has(identityOf(target)))) {
    const allowed = 'a target that no earlier tier has: this tier can never be reached';
    return [{ path: path('targets'), allowed }];
  }
  return targets.flatMap((target, index) => {
    const identity = identityOf(target);
    const tier = tierOf.get(identity);
    tierOf.set(identity, tier ?? name);
    if (tier === undefined) return [];
    const allowed = `a target that is named once; ${targetKey(target)} is in tier ${tier} already`;
    return [{ path: path('targets', index), allowed }];
  });
}

/** Returns the same key for an ARN and for the id at its end, because both name the same model. */
function identityOf({ region, modelId }: Target): string {
  return targetKey({ region, modelId: modelId.slice(modelId.lastIndexOf('/') + 1) });
}

/** Finds a cap above a model's limit, because Bedrock would refuse every call of that tier. */
function capFaults({ targets, maxTokens }: Tier, path: Path): readonly ChainFault[] {
  const [lowest] = targets
    .map((target) => ({ target, limit: modelFacts(target)?.maxOutputTokens ?? Infinity }))
    .sort((a, b) => a.limit - b.limit);
  if (!lowest || maxTokens <= lowest.limit) return [];
  const allowed = `at most ${lowest.limit}, the limit of ${lowest.target.modelId}`;
  return [{ path: path('maxTokens'), allowed }];
}
