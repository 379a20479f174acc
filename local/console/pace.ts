/** After a pause of the process, at most the jobs of this time are made up for. */
const MOST_BEHIND_MS = 1_000;

/** Says how many jobs are due for a rate. */
export class Pace {
  #perSecond = 0;
  #owed = 0;
  #atMs = 0;

  get perSecond(): number {
    return this.#perSecond;
  }

  set(perSecond: number, nowMs: number): void {
    this.#perSecond = perSecond;
    this.#owed = 0;
    this.#atMs = nowMs;
  }

  /** Returns the number of jobs that are due since the last call. */
  due(nowMs: number): number {
    const passedMs = Math.min(nowMs - this.#atMs, MOST_BEHIND_MS);
    this.#owed += (this.#perSecond * Math.max(0, passedMs)) / 1000;
    this.#atMs = nowMs;
    const jobs = Math.floor(this.#owed);
    this.#owed -= jobs;
    return jobs;
  }
}
