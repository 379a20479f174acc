import type { Random } from '../../lambda/core/clock.ts';
import type { LambdaFunction } from '../../local/lambda/function.ts';

export interface Killer {
  /** Sandboxes that were killed, by function. */
  readonly kills: ReadonlyMap<string, number>;
  stop(): void;
}

const MEAN_PAUSE_MS = 1500;

/** Kills one sandbox after the other by SIGKILL, whatever it is doing. */
export function startKiller(functions: readonly LambdaFunction[], random: Random): Killer {
  const kills = new Map<string, number>();
  let timer: NodeJS.Timeout;
  const killOne = () => {
    const all = functions.flatMap(({ name, sandboxes }) => sandboxes.map((pid) => ({ name, pid })));
    const victim = all[Math.floor(random() * all.length)];
    if (victim && kill(victim.pid)) kills.set(victim.name, (kills.get(victim.name) ?? 0) + 1);
    schedule();
  };
  const schedule = () => {
    timer = setTimeout(killOne, 2 * MEAN_PAUSE_MS * random());
  };
  schedule();
  return { kills, stop: () => clearTimeout(timer) };
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
    return false;
  }
}
