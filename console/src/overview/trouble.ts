import type { Tone } from '../views/sign-names.ts';

/** The kinds of trouble, worst first. `waiting` is a note: the target is good, but nobody calls it. */
export const TROUBLE_KINDS = [
  'lost',
  'stale',
  'quota-day',
  'open',
  'region',
  'disabled',
  'recovering',
  'budget',
  'override',
  'settings',
  'unreadable',
  'dead-letters',
  'waiting',
] as const;
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** One thing that is wrong: where, what, since when and until when. Times are ISO 8601. */
export interface Trouble {
  readonly kind: TroubleKind;
  /** A target, a region, a scope of an override, or a part of the instance. */
  readonly where: string;
  /** Follows `where` in a sentence: `gets no calls: 9 of 12 calls failed (quota-minute)`. */
  readonly what: string;
  readonly since?: string;
  /** The next event, and what it is: `next probe`. */
  readonly next?: { readonly at: string; readonly what: string };
}

export function toneOf(kind: TroubleKind): Tone {
  if (kind === 'waiting') return 'idle';
  const isBad = TROUBLE_KINDS.indexOf(kind) <= TROUBLE_KINDS.indexOf('disabled');
  return isBad ? 'bad' : 'warn';
}

/** Sorts worst first; of one kind, the oldest first. */
export function worstFirst(troubles: readonly Trouble[]): readonly Trouble[] {
  const rank = ({ kind }: Trouble) => TROUBLE_KINDS.indexOf(kind);
  const since = (trouble: Trouble) => (trouble.since ? Date.parse(trouble.since) : Infinity);
  return troubles.toSorted((a, b) => rank(a) - rank(b) || since(a) - since(b) || 0);
}
