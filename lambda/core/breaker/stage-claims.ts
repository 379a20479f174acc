import type { Circuit, LeaseClaim } from './circuit.ts';
import type { CircuitReplica } from './circuit-replica.ts';
import type { CircuitStore } from './circuit-store.ts';
import { timingOf } from './timing.ts';
import type { WorkerContext } from './worker-context.ts';

export interface Claimed {
  /** The circuit after the claim. It contains the lease if the lease was granted. */
  readonly circuit: Circuit;
  readonly store: CircuitStore;
  readonly leaseId: string;
}

/** Claims recovery permits for one worker. Claims made at the same moment share one write. */
export class StageClaims {
  readonly #replica: CircuitReplica;
  readonly #context: WorkerContext;
  readonly #waiting: Claimant[] = [];
  #isClaiming = false;
  #leases = 0;

  constructor(replica: CircuitReplica, context: WorkerContext) {
    this.#replica = replica;
    this.#context = context;
  }

  /** Claims one permit. Returns `undefined` if the store became unavailable or the time is up. */
  claim(wanted: WantedLease): Promise<Claimed | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ wanted, resolve, reject });
      if (!this.#isClaiming) void this.#claimForAll();
    });
  }

  async #claimForAll(): Promise<void> {
    this.#isClaiming = true;
    while (this.#waiting.length > 0) {
      await this.#context.access.waitWithJitter();
      await this.#claimForGroup(this.#waiting.splice(0));
    }
    this.#isClaiming = false;
  }

  async #claimForGroup(group: readonly Claimant[]): Promise<void> {
    const { clock, policy } = this.#context;
    try {
      const { store } = this.#replica.view ?? (await this.#replica.refresh());
      const claims = group.map(({ wanted }) => ({ ...wanted, id: this.#nextLeaseId() }));
      const giveUpAtMs = clock.now() + timingOf(policy()).recheckMs;
      const circuit = await this.#replica.change({ type: 'claim', claims }, store, giveUpAtMs);
      for (const [i, { id: leaseId }] of claims.entries()) {
        group[i]?.resolve(circuit && { circuit, store, leaseId });
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  #nextLeaseId(): string {
    this.#leases++;
    return `${this.#context.workerId}/${this.#leases}`;
  }
}

type WantedLease = Omit<LeaseClaim, 'id'>;

interface Claimant {
  readonly wanted: WantedLease;
  resolve(claimed: Claimed | undefined): void;
  reject(error: unknown): void;
}
