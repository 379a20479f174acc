/** The chains of the settings, and the faults that a chain has by itself. */
import * as z from 'zod';
import { hasBedrock } from '../geography.ts';
import { capabilitiesOf } from '../models.ts';
import { type Target, type Tier, targetKey } from '../policy.ts';
import { LONGEST_ANSWER_SECONDS } from '../time-budget.ts';
import { capabilities } from './capabilities.ts';

export const region = z
  .string()
  .refine(hasBedrock, { message: 'an AWS region with Bedrock, such as us-east-1' });

/** The form of all names in the settings, except those of chains. */
export const NAME = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower case letters, digits and dashes');

const MOST_PER_MINUTE = 1_000_000_000;

/** The limits of a quota. A quota of 0 would be an account without access, and its target of no use. */
const quota = z
  .strictObject({
    tokensPerMinute: z.int().min(1).max(MOST_PER_MINUTE).optional(),
    requestsPerMinute: z.int().min(1).max(MOST_PER_MINUTE).optional(),
  })
  .refine((given) => (given.tokensPerMinute ?? given.requestsPerMinute) !== undefined, {
    message: 'tokensPerMinute, requestsPerMinute or both',
  });

const target = z.strictObject({
  region,
  modelId: z.string().min(1).max(200),
  model: z.string().min(1).max(200).optional(),
  geography: z.string().min(1).max(20).optional(),
  weight: z.number().positive().max(1000).optional(),
  firstTokenSeconds: z.number().positive().max(LONGEST_ANSWER_SECONDS).optional(),
  capabilities: capabilities.optional(),
  quota: quota.optional(),
});

const tier = z.strictObject({
  name: NAME,
  targets: z.array(target).min(1).max(20),
  maxTokens: z.int().min(1),
  simplify: z.string().min(1).max(2000).optional(),
  patienceSeconds: z.number().min(0).max(900).optional(),
});

export const tiers = z
  .array(tier)
  .min(1)
  .max(20)
  .superRefine((given, context) => {
    for (const { path, allowed: message } of chainFaults(given)) {
      context.addIssue({ code: 'custom', path: [...path], message });
    }
  });

/** A name begins with a letter, because JavaScript reorders the keys of an object that are numbers. */
const chainName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,63}$/,
    'lower case letters, digits and dashes that begin with a letter',
  );

export const chains = z
  .record(chainName, z.strictObject({ tiers }))
  .refine((given) => Object.keys(given).length > 0, { message: 'at least 1 chain' });

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
export function identityOf({ region, modelId }: Target): string {
  return targetKey({ region, modelId: modelId.slice(modelId.lastIndexOf('/') + 1) });
}

/** Finds a cap above a model's limit, because Bedrock would refuse every call of that tier. */
function capFaults({ targets, maxTokens }: Tier, path: Path): readonly ChainFault[] {
  const [lowest] = targets
    .map((target) => ({ target, limit: capabilitiesOf(target).maxOutputTokens }))
    .sort((a, b) => a.limit - b.limit);
  if (!lowest || maxTokens <= lowest.limit) return [];
  const allowed = `at most ${lowest.limit}, the limit of ${lowest.target.modelId}`;
  return [{ path: path('maxTokens'), allowed }];
}
