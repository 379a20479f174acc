import type { Snapshot } from '../../contract/snapshot.ts';
import { healthAge, type LiveState } from '../live/live-state.ts';
import { lengthOf, shortTarget } from '../views/format.ts';
import type { AdminHealth, Override } from '../views/operators/health-words.ts';
import { targetTroubles } from './target-trouble.ts';
import { shortActor } from './target-words.ts';
import { type Trouble, worstFirst } from './trouble.ts';

/** Returns all that is wrong with the instance, worst first. */
export function troublesOf(live: LiveState, nowMs: number): readonly Trouble[] {
  const { snapshot } = live;
  if (!snapshot) return lostTroubles(live);
  const health = snapshot.health?.value;
  return worstFirst([
    ...lostTroubles(live),
    ...staleTroubles(live, nowMs),
    ...(health ? targetTroubles(health, snapshot.instance.recoveryStages) : []),
    ...(health?.overrides ?? []).map(overrideTrouble),
    ...(health ? settingsTroubles(health) : []),
    ...snapshot.problems.map(unreadable),
    ...deadLetterTroubles(snapshot),
  ]);
}

function lostTroubles({ lost }: LiveState): readonly Trouble[] {
  if (!lost) return [];
  const since = new Date(lost.sinceMs).toISOString();
  return [{ kind: 'lost', where: 'The connection', what: `is lost: ${lost.reason}`, since }];
}

function staleTroubles(live: LiveState, nowMs: number): readonly Trouble[] {
  const age = healthAge(live, nowMs);
  if (!age?.isStale || live.lost) return [];
  const { at } = live.snapshot?.health ?? {};
  const what = `is ${lengthOf(age.ms)} old`;
  return [{ kind: 'stale', where: 'The data', what, ...(at && { since: at }) }];
}

function overrideTrouble({ scope, key, mode, reason, actor, since, expiresAt }: Override): Trouble {
  return {
    kind: 'override',
    where: scope === 'target' ? shortTarget(key) : `${scope} ${key}`,
    what: `is overridden: ${mode} by ${shortActor(actor)}, “${reason}”`,
    since,
    next: { at: expiresAt, what: 'ends' },
  };
}

function settingsTroubles({ settings }: AdminHealth): readonly Trouble[] {
  const { status, since, faults = [] } = settings;
  if (status === 'in-force') return [];
  const what =
    status === 'invalid'
      ? `were refused, and earlier ones stay in force: ${faults.join('; ')}`
      : 'could not be read, and earlier ones stay in force';
  return [{ kind: 'settings', where: 'The settings', what, ...(since && { since }) }];
}

/** @param problem the part of the snapshot, a colon and the reason */
function unreadable(problem: string): Trouble {
  const [part = '', ...reason] = problem.split(': ');
  return {
    kind: 'unreadable',
    where: `The ${part}`,
    what: `could not be read: ${reason.join(': ')}`,
  };
}

function deadLetterTroubles({ queues }: Snapshot): readonly Trouble[] {
  const count = queues?.value.deadLetters ?? 0;
  if (count === 0) return [];
  const what = `${count === 1 ? 'waits' : 'wait'} for a redrive or a purge`;
  return [
    { kind: 'dead-letters', where: `${count} dead ${count === 1 ? 'letter' : 'letters'}`, what },
  ];
}
