import { type Random, seededRandom } from './bedrock/seeded-random.ts';

/** What AWS does now and then, and an emulator does not by itself. The texts are for `--help`. */
const DESCRIPTIONS = {
  'empty-polls': 'a receive without a wait may miss messages',
  's3-403': 'a missing object is a 403 for roles without s3:ListBucket',
  throttles: 'a quarter of the calls to SSM and to the control planes are throttled',
  'lost-responses': 'a conditional write to DynamoDB succeeds, but its response is lost',
  duplicates: 'events, messages and schedules come twice, and out of order',
  'lagging-index': 'an index of DynamoDB shows a write up to 2 s later',
} as const;

export type UnkindName = keyof typeof DESCRIPTIONS;

export const UNKIND_NAMES = Object.keys(DESCRIPTIONS) as readonly UnkindName[];

export const UNKIND_HELP = Object.entries(DESCRIPTIONS);

/** Returns true if the draw hits. */
export type Chance = () => boolean;

/** The unkind behaviours that are on, and their chances. */
export interface Unkind {
  has(name: UnkindName): boolean;
  /** Returns a draw that hits this share of the times, from 0 to 1, or never if the behaviour is off. */
  chance(name: UnkindName, share: number): Chance;
  /** Returns the random numbers of a behaviour. */
  random(name: UnkindName): Random;
}

/** @param seed with the same seed and the same requests, the same draws hit */
export function createUnkind(names: readonly UnkindName[], seed: number): Unkind {
  const has = (name: UnkindName) => names.includes(name);
  // Each behaviour has numbers of its own, so switching one on does not change the others.
  const random = (name: UnkindName) => seededRandom(seed + 1000 * (1 + UNKIND_NAMES.indexOf(name)));
  return {
    has,
    random,
    chance: (name, share) => {
      if (!has(name)) return () => false;
      const next = random(name);
      return () => next() < share;
    },
  };
}

/** Nothing unkind happens. */
export const KIND = createUnkind([], 0);
