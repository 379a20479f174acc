/** The weight of the latest answer in the moving average: an answer counts for about its last twenty. */
const WEIGHT = 0.1;

/**
 * The output tokens that an answer of a chain has on average, learnt from the answers of this sandbox.
 * A hold counts with them, because an output token costs several tokens of the quota, and `maxTokens`
 * may be much smaller than that.
 */
export class ExpectedOutput {
  readonly #means = new Map<string, number>();

  /** @param seedTokens the mean to begin with */
  of(chain: string, seedTokens: number): number {
    return this.#means.get(chain) ?? seedTokens;
  }

  note(chain: string, outputTokens: number, seedTokens: number): void {
    const mean = this.of(chain, seedTokens);
    this.#means.set(chain, mean + WEIGHT * (outputTokens - mean));
  }
}
