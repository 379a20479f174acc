import type { Hold, Terms } from '../../lambda/core/admission/bucket.ts';
import type { Settlement } from '../../lambda/core/admission/settlement.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';

/** Buckets in memory whose requests and responses take time. It counts its writes. */
export class SlowBuckets extends MemoryBucketStore {
  writes = 0;
  refusals = 0;
  readonly #travel: () => Promise<void>;

  constructor(clock: Pick<Clock, 'now'>, travel: () => Promise<void>) {
    super(() => clock.now());
    this.#travel = travel;
  }

  override async hold(key: string, hold: Hold, terms: Terms) {
    await this.#travel();
    const held = await super.hold(key, hold, terms);
    if (held.admitted) this.writes++;
    else this.refusals++;
    await this.#travel();
    return held;
  }

  override async settle(key: string, settlement: Settlement) {
    await this.#travel();
    await super.settle(key, settlement);
    this.writes++;
    await this.#travel();
  }
}
