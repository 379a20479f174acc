import type { Chain } from '../../contract/snapshot.ts';
import type { LiveState } from '../live/live-state.ts';
import { distanceOf, timeOf } from '../views/format.ts';
import type { AdminHealth } from '../views/operators/health-words.ts';
import type { Tone } from '../views/sign-names.ts';
import { chainsShown } from './chains-shown.ts';
import { type Trouble, toneOf } from './trouble.ts';
import { troublesOf } from './troubles.ts';

export interface Verdict {
  readonly tone: Tone;
  /** Answers in one or two sentences: is anything wrong, where, since when, until when? */
  readonly sentence: string;
  /** The same in two or three words, for the tab. Absent if nothing is wrong. */
  readonly short?: string;
  /** All troubles, worst first. */
  readonly troubles: readonly Trouble[];
}

/** Judges what the page knows. */
export function verdictOf(live: LiveState, nowMs: number): Verdict {
  const troubles = troublesOf(live, nowMs);
  const [worst] = troubles;
  const health = live.snapshot?.health?.value;
  if (!worst || worst.kind === 'waiting') {
    if (!health) return { tone: 'idle', sentence: 'The health has not been read yet.', troubles };
    return { tone: 'good', sentence: goodSentence(health), troubles };
  }
  const sentences = [sentenceOf(worst, troubles, nowMs)];
  const consequence = health && live.snapshot && consequenceOf(health, chainsShown(live.snapshot));
  if (consequence) sentences.push(consequence);
  return {
    tone: toneOf(worst.kind),
    sentence: sentences.join(' '),
    short: shortOf(worst),
    troubles,
  };
}

function goodSentence({ targets }: AdminHealth): string {
  const waiting = targets.filter(({ health }) => health === 'waiting').length;
  const admitting = targets.length - waiting;
  const all = `Nothing is wrong: ${admitting} of ${counted(targets.length, 'target')} admit all calls`;
  if (waiting === 0) return `Nothing is wrong: ${allOf(targets.length)}.`;
  return `${all}, and ${waiting} ${waiting === 1 ? 'waits' : 'wait'} for a call.`;
}

function allOf(count: number): string {
  return count === 1 ? 'the target admits all calls' : `all ${count} targets admit all calls`;
}

/** Joins the troubles of the worst kind into one sentence. */
function sentenceOf(worst: Trouble, troubles: readonly Trouble[], nowMs: number): string {
  const others = troubles.filter(({ kind }) => kind === worst.kind).length - 1;
  const { where, what, since, next } = worst;
  const more = others === 0 ? '' : ` ${others} more of this kind below.`;
  const from = since === undefined ? '' : `, since ${timeOf(since, nowMs)}`;
  const until =
    next === undefined || Date.parse(next.at) <= nowMs
      ? ''
      : `, ${next.what} ${distanceOf(next.at, nowMs)}`;
  return `${where} ${what}${from}${until}.${more}`;
}

/** Says what the jobs of the chains meet that are not healthy, worst first. */
function consequenceOf(health: AdminHealth, chains: readonly Chain[]): string | undefined {
  const out: string[] = [];
  const degraded: string[] = [];
  for (const chain of chains) {
    const status = health.chains.find((each) => each.chain === chain.chain)?.status;
    const tier = servingTier(chain, health);
    if (status === undefined || status === 'healthy' || tier === chain.tiers[0]?.tier) continue;
    if (tier === undefined) out.push(`Chain ${chain.chain}: no target serves, so its jobs wait.`);
    else degraded.push(`Chain ${chain.chain}: ${tier} serves instead.`);
  }
  if (chains.length > 0 && out.length === chains.length)
    return 'No target serves, so all jobs wait.';
  return [...out, ...degraded].join(' ') || undefined;
}

/** Returns the first tier that has a target with all calls admitted. */
export function servingTier({ tiers }: Chain, { targets }: AdminHealth): string | undefined {
  const admitting = new Set(
    targets.filter(({ admits }) => admits === 'all').map(({ target }) => target),
  );
  return tiers.find((tier) => tier.targets.some(({ target }) => admitting.has(target)))?.tier;
}

const SHORT: Readonly<Record<Trouble['kind'], string>> = {
  lost: 'no connection',
  stale: 'old data',
  'quota-day': 'daily quota',
  open: 'circuit open',
  region: 'region unhealthy',
  disabled: 'target disabled',
  recovering: 'recovering',
  budget: 'daily quota',
  override: 'override',
  settings: 'settings refused',
  unreadable: 'not readable',
  'dead-letters': 'dead letters',
  waiting: '',
};

function shortOf({ kind }: Trouble): string {
  return SHORT[kind];
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
