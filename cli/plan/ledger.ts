import type { Limit } from './limits.ts';

/** A target with what limits it. */
export interface Server {
  readonly weight: number;
  readonly limits: readonly Limit[];
}

/** The parts of the limits that are left while jobs are given to targets. */
export class Ledger {
  /** The share of each limit that is left, from 1 down to 0. */
  readonly #left = new Map<string, number>();

  /**
   * Gives jobs to the targets of a tier by their weights. If a target is full, the others get its jobs.
   * Returns the jobs of each target, which may be fewer in total.
   */
  assign(jobs: number, servers: readonly Server[]): readonly number[] {
    const given = servers.map(() => 0);
    let left = jobs;
    let open = servers.map((server, i) => ({ server, i }));
    // Each round gives all jobs that are left, or finds a target that is full.
    while (left > 0 && open.length > 0) {
      const weights = open.reduce((sum, { server }) => sum + server.weight, 0);
      const asked = left;
      const withRoom = open.filter(({ server, i }) => {
        const share = (asked * server.weight) / weights;
        const taken = this.#take(share, server.limits);
        given[i] = (given[i] ?? 0) + taken;
        left -= taken;
        return taken >= share;
      });
      if (withRoom.length === open.length) break;
      open = withRoom;
    }
    return given;
  }

  #take(jobs: number, limits: readonly Limit[]): number {
    const rooms = limits.map((limit) => limit.jobsPerDay * this.#leftOf(limit));
    const taken = Math.min(jobs, ...rooms);
    for (const limit of limits) {
      // No job of the target fits a limit of 0.
      const spent = limit.jobsPerDay > 0 ? taken / limit.jobsPerDay : 0;
      this.#left.set(idOf(limit), Math.max(0, this.#leftOf(limit) - spent));
    }
    return taken;
  }

  #leftOf(limit: Limit): number {
    return this.#left.get(idOf(limit)) ?? 1;
  }
}

function idOf({ name, of }: Limit): string {
  return `${of} ${name}`;
}
