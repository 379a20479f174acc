import { setImmediate as nextTurn } from 'node:timers/promises';
import type {
  Admission,
  CallRequest,
  CircuitGate,
  RejectReason,
} from '../../lambda/core/breaker/admission.ts';
import type { Outcome } from '../../lambda/core/breaker/permit.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/summary.ts';

/** Circuits that a test controls. They are closed by default. */
export class FakeCircuitGate implements CircuitGate {
  readonly settled: { readonly key: string; readonly outcome: Outcome }[] = [];
  readonly admissions: (CallRequest & { readonly key: string })[] = [];
  /** The tokens that were reported, by the key of their circuit. */
  readonly tokens: string[] = [];
  /** The times at which targets last served, by key. By default, no target serves. */
  readonly servedAtMs = new Map<string, number>();
  readonly restarts: { readonly key: string; readonly atMs: number }[] = [];
  summaryReads = 0;
  readonly #rejections = new Map<string, { reason: RejectReason; retryAfterMs: number }>();
  readonly #summaries = new Map<string, CircuitSummary>();

  reject(key: string, reason: RejectReason = 'open', retryAfterMs = 60_000): void {
    this.#rejections.set(key, { reason, retryAfterMs });
  }

  /** Closes all circuits. */
  admitAll(): void {
    this.#rejections.clear();
    this.#summaries.clear();
  }

  /** Rejects calls and reports the reason, as an open circuit does. */
  open(key: string, untilMs: number, summary: Partial<CircuitSummary> = {}): void {
    this.reject(key, 'open', untilMs);
    this.summarize({ key, state: 'OPEN', untilMs, failure: 'capacity', ...summary });
  }

  summarize(summary: CircuitSummary): void {
    this.#summaries.set(summary.key, summary);
  }

  admit(key: string, call: CallRequest = {}): Admission {
    this.admissions.push({ key, ...call });
    const rejection = this.#rejections.get(key);
    if (rejection) return { admitted: false, key, ...rejection };
    // Writing an outcome takes time, and a caller that does not wait for it ends too early.
    const settle = async (outcome: Outcome) => {
      await nextTurn();
      this.settled.push({ key, outcome });
    };
    const token = () => void this.tokens.push(key);
    return { admitted: true, permit: { key, token, settle } };
  }

  async lastServedAtMs(key: string): Promise<number | undefined> {
    return this.servedAtMs.get(key);
  }

  async summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]> {
    this.summaryReads += 1;
    return keys.map((key) => this.#summaries.get(key) ?? { key, state: 'CLOSED' });
  }

  async restart(key: string, atMs: number): Promise<void> {
    this.restarts.push({ key, atMs });
  }

  async flush(): Promise<void> {}
}
