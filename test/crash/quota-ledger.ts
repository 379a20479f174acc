import {
  type Bucket,
  type CorrectedRate,
  corrected,
  EMPTY_BUCKET,
  type Hold,
  type Terms,
  take,
} from '../../lambda/core/admission/bucket.ts';
import type {
  BucketStore,
  CorrectionTimes,
  Held,
} from '../../lambda/core/admission/bucket-store.ts';
import { type Settlement, settled } from '../../lambda/core/admission/settlement.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import { usageOf } from './model.ts';
import { MAX_TOKENS, QUOTA } from './path-settings.ts';

/** The books of one quota, as plain data. Tokens and milliseconds are the same number here. */
export interface QuotaBooks {
  bucket: Bucket;
  holds: number;
  /** The tokens that holds have taken, and those that settlements have given back or taken. */
  balance: number;
  /** The calls that started with a hold and have not reached their first token. */
  readonly started: number[];
  heldCalls: number;
  /** The calls that started without a hold, or with one that was too small. */
  unheldCalls: number;
}

export function newBooks(spentUntil: number): QuotaBooks {
  const bucket = { ...EMPTY_BUCKET, spentUntil: { tokens: spentUntil } };
  return { bucket, holds: 0, balance: 0, started: [], heldCalls: 0, unheldCalls: 0 };
}

/**
 * The bucket of the primary's quota, in memory, which also keeps books: it knows what each call really
 * costs, and so whether a call is made without its hold, and what is left of the holds at the end.
 */
export class QuotaLedger implements BucketStore {
  readonly books: QuotaBooks;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>, books: QuotaBooks) {
    this.#clock = clock;
    this.books = books;
  }

  /** Must be called when a model call starts. */
  begins(call: number, model: string): void {
    if (model !== QUOTA.model) return;
    const { books } = this;
    // An answer that a worker does not hear of has cost a little that was given back.
    const isHeld = books.holds > books.heldCalls && books.balance > MAX_TOKENS - MOST_COST;
    if (!isHeld) {
      books.unheldCalls += 1;
      return;
    }
    books.heldCalls += 1;
    books.started.push(call);
  }

  /** Must be called at each token: the call costs quota from its first one on. */
  token(call: number): void {
    const { books } = this;
    const index = books.started.indexOf(call);
    if (index < 0) return;
    books.started.splice(index, 1);
    books.balance -= costOf(call);
  }

  async hold(_key: string, hold: Hold, terms: Terms): Promise<Held> {
    const { books } = this;
    const { bucket } = books;
    const taking = take(bucket, hold, this.#clock.now(), terms);
    const { admitted, waitMs } = taking;
    if (!taking.admitted) return { admitted, waitMs, bucket };
    books.bucket = { ...bucket, spentUntil: taking.spentUntil };
    books.balance += hold.tokens ?? 0;
    books.holds += 1;
    return { admitted, waitMs, bucket: books.bucket };
  }

  async settle(_key: string, settlement: Settlement): Promise<void> {
    this.books.bucket = settled(this.books.bucket, settlement, this.#clock.now());
    this.books.balance += settlement.deltaMs;
  }

  async correct(_key: string, { windowMs }: CorrectionTimes): Promise<CorrectedRate | undefined> {
    const rate = corrected(this.books.bucket, this.#clock.now(), windowMs);
    if (rate) this.books.bucket = { ...this.books.bucket, rate };
    return rate;
  }

  async read(keys: readonly string[]): Promise<readonly Bucket[]> {
    return keys.map(() => this.books.bucket);
  }
}

/** The most tokens of the quota that a call costs here. */
export const MOST_COST = 100;

/** The cost of a call by the rules of Bedrock. */
function costOf(call: number): number {
  const { inputTokens, outputTokens } = usageOf(call);
  return inputTokens + QUOTA.burndown * outputTokens;
}
