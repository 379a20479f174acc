import type { SettingsInput } from '../../lambda/contract/policy.ts';
import type { OverrideMode } from '../../lambda/contract/words.ts';
import { Breaker } from '../../lambda/core/breaker/breaker.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/summary.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import type { ModelClient } from '../../lambda/core/router/model-client.ts';
import { type ProbeDependencies, probeTargets } from '../../lambda/prober/probe-targets.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeModelClient, fails } from './fake-model-client.ts';
import { memoryDisabledTargets } from './memory-disabled-targets.ts';
import { recordingTelemetry } from './recording-telemetry.ts';
import { someSettings } from './settings.ts';

export const PRIMARY = 'us-east-1/anthropic.primary';
export const SECONDARY = 'us-east-1/anthropic.secondary';
const MINUTE_MS = 60_000;

/** Two probers and a worker over one store, in virtual time. Models fail until a test changes their script. */
export class ProberWorld {
  readonly settings;
  readonly clock = new FakeClock();
  readonly models = new FakeModelClient(fails('capacity'));
  readonly calledAtMs: number[] = [];
  readonly disabledTargets: DisabledTargets;
  readonly telemetry = recordingTelemetry();
  readonly worker: Breaker;
  #ids = 0;
  readonly #store = new MemoryCircuitStore(() => this.clock.now());
  readonly #probers: readonly ProbeDependencies[];

  constructor(input: Partial<SettingsInput> = {}) {
    this.settings = someSettings({ probe: { enabled: true }, ...input });
    const policy = () => this.settings.breaker;
    this.disabledTargets = new DisabledTargets({
      store: memoryDisabledTargets(),
      policy,
      clock: this.clock,
      log: this.telemetry.log,
    });
    this.worker = this.#breaker('worker');
    this.#probers = ['prober-1', 'prober-2'].map((id) => this.#prober(this.#breaker(id)));
  }

  /** Runs the probers once a minute and returns the circuit's state after each minute. */
  async minutes(count: number, probers = 1) {
    const seen = [];
    for (let minute = 0; minute < count; minute++) {
      const nextMs = this.clock.now() + MINUTE_MS;
      await this.probe({ probers });
      await this.clock.advance(nextMs - this.clock.now());
      const { state, stage } = await this.circuit();
      const calls = this.models.calls.length;
      seen.push(stage === undefined ? { state, calls } : { state, stage, calls });
    }
    return seen;
  }

  /** Runs this many probers once, side by side. */
  async probe({
    probers = 1,
    timeLeftMs = 150_000,
    circuits,
  }: {
    readonly probers?: number;
    readonly timeLeftMs?: number;
    readonly circuits?: ProbeDependencies['circuits'];
  } = {}): Promise<void> {
    const endsAtMs = this.clock.now() + timeLeftMs;
    await this.ended(
      Promise.all(
        this.#probers
          .slice(0, probers)
          .map((prober) =>
            probeTargets({ ...prober, ...(circuits && { circuits }) }, this.settings, endsAtMs),
          ),
      ),
    );
  }

  /** Advances the clock until the work is done. */
  async ended<Result>(work: Promise<Result>): Promise<Result> {
    let isDone = false;
    const done = work.finally(() => {
      isDone = true;
    });
    done.catch(() => undefined);
    await this.clock.advance(0);
    while (!isDone) await this.clock.advance(50);
    return done;
  }

  async circuit(key = PRIMARY): Promise<CircuitSummary> {
    await this.clock.advance(1_000 * this.settings.breaker.viewMaxAgeSeconds);
    const [summary] = await this.ended(this.worker.summaries([key]));
    if (!summary) throw new Error(`no summary of ${key}`);
    return summary;
  }

  /** Opens the circuits and waits until their cooldown has ended. */
  async outage(keys: readonly string[] = [PRIMARY]): Promise<this> {
    const failures = Array.from({ length: this.settings.breaker.consecutiveFailures });
    for (const key of keys) {
      for (const _ of failures) {
        const admission = await this.ended(Promise.resolve(this.worker.admit(key)));
        if (!admission.admitted) throw new Error(`${key} rejects: ${admission.reason}`);
        const outcome = { kind: 'failure', failure: 'capacity' } as const;
        await this.ended(Promise.resolve(admission.permit.settle(outcome)));
      }
    }
    await this.clock.advance(1.2 * MINUTE_MS);
    return this;
  }

  /** Sets an override that starts now. */
  async override(mode: OverrideMode, forMs: number): Promise<void> {
    const sinceMs = this.clock.now();
    const override = { mode, reason: 'a test', actor: 'tester', sinceMs, untilMs: sinceMs + forMs };
    await this.ended(this.worker.override('target', PRIMARY, override));
  }

  #breaker(workerId: string): Breaker {
    return new Breaker({
      newPrivateStore: () => new MemoryCircuitStore(() => this.clock.now()),
      store: this.#store,
      clock: this.clock,
      random: () => 0.5,
      workerId,
      policy: () => this.settings.breaker,
    });
  }

  #prober(circuits: Breaker): ProbeDependencies {
    const { log, metrics } = this.telemetry;
    const newId = () => `${++this.#ids}`;
    const converse: ModelClient['converse'] = (...call) => {
      this.calledAtMs.push(this.clock.now());
      return this.models.converse(...call);
    };
    const { disabledTargets, clock } = this;
    return { circuits, disabledTargets, models: { converse }, clock, newId, log, metrics };
  }
}
