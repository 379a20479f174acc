import type { SteadyTraffic } from '../../console/contract/laptop.ts';
import type { TrafficControl } from '../../console/server/laptop-parts.ts';
import { isObject } from '../json.ts';
import type { JobLedger } from './job-ledger.ts';
import { Pace } from './pace.ts';
import { sampleRequest } from './sample-requests.ts';

/** At this many open jobs, no job is submitted: during an outage, jobs may wait for minutes. */
const MOST_OPEN = 200;
const STEP_MS = 100;

/** Submits jobs through the run's own API, as a caller does. */
export class Traffic implements TrafficControl {
  readonly #ledger: JobLedger;
  readonly #apiUrl: string;
  readonly #apiKey: string;
  readonly #pace = new Pace();
  readonly #stopped = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #submitted = 0;

  constructor(ledger: JobLedger, apiUrl: string, apiKey: string) {
    this.#ledger = ledger;
    this.#apiUrl = apiUrl;
    this.#apiKey = apiKey;
  }

  current(): SteadyTraffic {
    return { jobsPerSecond: this.#pace.perSecond };
  }

  set({ jobsPerSecond }: SteadyTraffic): void {
    if (this.#stopped.signal.aborted) return;
    this.#pace.set(jobsPerSecond, Date.now());
    clearInterval(this.#timer);
    if (jobsPerSecond > 0) this.#timer = setInterval(() => this.#submitDue(), STEP_MS);
  }

  /** Ends the traffic for good, with the requests that have no response yet. */
  stop(): void {
    this.set({ jobsPerSecond: 0 });
    this.#stopped.abort();
  }

  #submitDue(): void {
    const due = this.#pace.due(Date.now());
    const room = Math.max(0, MOST_OPEN - this.#ledger.open);
    for (let i = 0; i < Math.min(due, room); i++) void this.#submit();
  }

  async #submit(): Promise<void> {
    const respond = this.#ledger.submit();
    respond(await this.#post(sampleRequest(this.#submitted++)));
  }

  /** Returns the job's id; `undefined` if the API refused the job or did not respond. */
  async #post(body: object): Promise<string | undefined> {
    try {
      const response = await fetch(`${this.#apiUrl}/jobs`, {
        method: 'POST',
        headers: { 'x-api-key': this.#apiKey, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: this.#stopped.signal,
      });
      const accepted: unknown = await response.json();
      if (!response.ok || !isObject(accepted) || !('jobId' in accepted)) return undefined;
      return String(accepted.jobId);
    } catch {
      return undefined;
    }
  }
}
