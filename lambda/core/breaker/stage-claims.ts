import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Clock } from '../clock.ts';
import type { Circuit } from './circuit.ts';
import type { CircuitReplica } from './circuit-replica.ts';
import type { CircuitStore } from './circuit-store.ts';
import type { StoreAccess } from './store-access.ts';
import { timingOf } from './timing.ts';

export interface Claimed {
  /** Where the claim left the circuit; it holds the lease if it was granted. */
  readonly circuit: Circuit;
  readonly store: CircuitStore;
  readonly leaseId: string;
}

export interface StageClaimsOptions {
  readonly access: StoreAccess;
  readonly policy: () => BreakerPolicy;
  readonly clock: Clock;
  readonly workerId: string;
}

/** One worker's claims for permits; those of the same moment go in one write. */
export class StageClaims {
  readonly #replica: CircuitReplica;
  readonly #options: StageClaimsOptions;
  readonly #waiting: Claimant[] = [];
  #isClaiming = false;
  #leases = 0;

  constructor(replica: CircuitReplica, options: StageClaimsOptions) {
    this.#replica = replica;
    this.#options = options;
  }

  /** `undefined` when the store was lost meanwhile. */
  claim(): Promise<Claimed | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      if (!this.#isClaiming) void this.#claimForAll();
    });
  }

  async #claimForAll(): Promise<void> {
    this.#isClaiming = true;
    while (this.#waiting.length > 0) {
      await this.#options.access.spread();
      await this.#claimForGroup(this.#waiting.splice(0));
    }
    this.#isClaiming = false;
  }

  async #claimForGroup(group: readonly Claimant[]): Promise<void> {
    const { clock, policy } = this.#options;
    try {
      const { store } = this.#replica.view ?? (await this.#replica.refresh());
      const leaseIds = group.map(() => this.#nextLeaseId());
      const giveUpAtMs = clock.now() + timingOf(policy()).recheckMs;
      const circuit = await this.#replica.change({ type: 'claim', leaseIds }, store, giveUpAtMs);
      for (const [i, leaseId] of leaseIds.entries()) {
        group[i]?.resolve(circuit && { circuit, store, leaseId });
      }
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  }

  #nextLeaseId(): string {
    this.#leases++;
    return `${this.#options.workerId}/${this.#leases}`;
  }
}

interface Claimant {
  resolve(claimed: Claimed | undefined): void;
  reject(error: unknown): void;
}
