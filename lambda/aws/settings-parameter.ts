import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import { parseSettings, SettingsError } from '../contract/schemas/settings.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { CLIENT_OPTIONS } from './client-options.ts';

const MAX_AGE_MS = 30_000;

export interface SettingsParameterOptions {
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** @default a client of the function's own region */
  readonly client?: SSMClient;
}

/**
 * The settings in force, at most 30 s old. A bad edit, or a parameter that cannot be read,
 * leaves the last good settings in force; without any the sandbox cannot start, and throws.
 */
export class SettingsParameter {
  readonly #options: SettingsParameterOptions;
  readonly #client: SSMClient;
  #text: string | undefined;
  #settings: Settings | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: SettingsParameterOptions) {
    this.#options = options;
    this.#client = options.client ?? new SSMClient(CLIENT_OPTIONS);
  }

  /** As last read; for what is built once and asks again and again. */
  get current(): Settings {
    if (!this.#settings) throw new Error('the settings were not read yet');
    return this.#settings;
  }

  /** Call it at the start of an invocation. */
  async read(): Promise<Settings> {
    const { clock, log, metrics } = this.#options;
    if (this.#settings && clock.now() - this.#readAt < MAX_AGE_MS) return this.#settings;
    try {
      const text = await this.#fetch();
      if (!this.#settings || text !== this.#text) {
        this.#settings = parseSettings(JSON.parse(text), `parameter ${this.#options.name}`);
        this.#text = text;
      }
    } catch (error) {
      if (!this.#settings) throw error;
      metrics.count(METRIC.settingsRejected);
      log.error('settings rejected, the last good ones stay in force', { reason: reason(error) });
    }
    this.#readAt = clock.now();
    return this.#settings;
  }

  async #fetch(): Promise<string> {
    const command = new GetParameterCommand({ Name: this.#options.name });
    const { Parameter } = await this.#client.send(command);
    return Parameter?.Value ?? '';
  }
}

/** Only our own messages are fit for a log: they quote settings, which hold no secret. */
function reason(error: unknown): string {
  return error instanceof SettingsError ? error.message : errorName(error);
}
