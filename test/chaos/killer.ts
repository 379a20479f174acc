import type { Random } from '../../lambda/core/clock.ts';
import type { LambdaFunction } from '../../local/lambda/function.ts';

export interface Killer {
  /** The number of killed sandboxes of each function. */
  readonly kills: ReadonlyMap<string, number>;
  stop(): void;
}

const MEAN_PAUSE_MS = 2000;

/** Kills a random sandbox with SIGKILL every two seconds on average; every other one is a worker's. */
export function startKiller(functions: readonly LambdaFunction[], random: Random): Killer {
  const kills = new Map<string, number>();
  let timer: NodeJS.Timeout;
  const killOne = () => {
    const alive = functions.filter(({ sandboxes }) => sandboxes.length > 0);
    const workers = alive.filter(({ name }) => name.includes('Worker'));
    const victim = oneOf(random() < 0.5 && workers.length > 0 ? workers : alive, random);
    const pid = oneOf(victim?.sandboxes ?? [], random);
    if (victim && pid && kill(pid)) kills.set(victim.name, (kills.get(victim.name) ?? 0) + 1);
    schedule();
  };
  const schedule = () => {
    timer = setTimeout(killOne, 2 * MEAN_PAUSE_MS * random());
  };
  schedule();
  return { kills, stop: () => clearTimeout(timer) };
}

function oneOf<Item>(items: readonly Item[], random: Random): Item | undefined {
  return items[Math.floor(random() * items.length)];
}

function kill(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    // The process ended before the signal was sent.
    return false;
  }
}
