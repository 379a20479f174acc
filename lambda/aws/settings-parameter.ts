import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { METRIC } from '../contract/metrics.ts';
import type { Settings, SettingsFault } from '../contract/policy.ts';
import { SettingsError } from '../contract/schemas/settings.ts';
import { parseEdit } from '../contract/schemas/settings-edit.ts';
import type { Clock, Random } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import { untilNextReadMs } from '../core/settings-refresh.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { createClient, SINGLE_ATTEMPT } from './sdk-client.ts';

/**
 * The time limit of a read. An invocation waits for it, so a read is not repeated either: the settings
 * that a sandbox already has are good enough until its next read.
 */
const READ_TIMEOUT_MS = 500;

/** The errors with which SSM refuses a read. Any other error means that SSM did not answer. */
const REFUSALS: readonly string[] = ['AccessDeniedException', 'ParameterNotFound'];

export interface SettingsParameterOptions {
  /** The name of the parameter that operators edit. */
  readonly name: string;
  /** Returns the settings that were deployed with the code, or throws. */
  readonly deployed: () => Settings;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
  /** @default a client of the function's own region, which tries once */
  readonly client?: SSMClient;
}

interface Reading {
  readonly text: string;
  readonly editedAtMs: number;
}

/**
 * The settings in force: those of the parameter, read again at random times within `refreshSeconds`. If
 * an edit is refused or the parameter cannot be read, the last valid settings stay in force. A sandbox
 * that has none yet uses the settings that were deployed with its code, so that neither an edit nor a
 * throttled SSM can stop the system. Only if the deployed settings are missing too, `read` throws.
 */
export class SettingsParameter {
  readonly #options: SettingsParameterOptions;
  readonly #client: SSMClient;
  #deployed: Settings | undefined;
  /** The text of the parameter that is in force; undefined while the deployed settings are. */
  #inForce: string | undefined;
  #settings: Settings | undefined;
  #fault: SettingsFault | undefined;
  /** The reads in a row that SSM did not answer. */
  #unread = 0;
  #readAgainAt = Number.NEGATIVE_INFINITY;

  constructor(options: SettingsParameterOptions) {
    this.#options = options;
    this.#client =
      options.client ?? createClient((common) => new SSMClient({ ...common, ...SINGLE_ATTEMPT }));
  }

  /**
   * The settings as last read. Long-lived parts read this property each time they need the
   * settings.
   */
  get current(): Settings {
    if (!this.#settings) throw new Error('the settings have not been read yet; call read() first');
    return this.#settings;
  }

  /** The fault of the last reading; undefined if the settings were accepted. */
  get fault(): SettingsFault | undefined {
    return this.#fault;
  }

  /**
   * Returns the settings, and first reads them again if it is time. Call it at the start of an
   * invocation.
   */
  async read(): Promise<Settings> {
    const { clock, random } = this.#options;
    if (this.#settings && clock.now() < this.#readAgainAt) return this.#settings;
    await this.#fetch().then(
      (reading) => this.#take(reading),
      (error: unknown) => this.#goOnWithout(error),
    );
    const { refreshSeconds } = this.current;
    const isFaulty = this.#fault !== undefined;
    this.#readAgainAt = clock.now() + untilNextReadMs(refreshSeconds, isFaulty, random);
    return this.current;
  }

  async #fetch(): Promise<Reading> {
    const { name, clock } = this.#options;
    const { Parameter } = await this.#client.send(new GetParameterCommand({ Name: name }), {
      abortSignal: AbortSignal.timeout(READ_TIMEOUT_MS),
    });
    return {
      text: Parameter?.Value ?? '',
      editedAtMs: Parameter?.LastModifiedDate?.getTime() ?? clock.now(),
    };
  }

  /** Puts the text in force unless it is refused. */
  #take({ text, editedAtMs }: Reading): void {
    this.#unread = 0;
    if (this.#settings && text === this.#inForce) {
      this.#fault = undefined;
      return;
    }
    const deployed = this.#deployedSettings();
    try {
      this.#settings = parseEdit(text, deployed, `parameter ${this.#options.name}`);
      this.#inForce = text;
      this.#fault = undefined;
    } catch (error) {
      this.#settings ??= deployed;
      this.#reject({ status: 'invalid', sinceMs: editedAtMs, faults: faultsOf(error) });
    }
  }

  /** Keeps the settings in force, or starts with the deployed ones. */
  #goOnWithout(error: unknown): void {
    const { clock, log, metrics } = this.#options;
    this.#settings ??= this.#deployedSettings();
    const sinceMs = this.#fault?.status === 'unreadable' ? this.#fault.sinceMs : clock.now();
    const fault = { status: 'unreadable', sinceMs, faults: faultsOf(error) } as const;
    if (REFUSALS.includes(errorName(error))) {
      this.#reject(fault);
      return;
    }
    this.#fault = fault;
    metrics.gauge(METRIC.settingsUnread, ++this.#unread);
    log.warn('settings not read', { reason: errorName(error), inForce: this.#nameOfInForce() });
  }

  /** Reports the fault at every reading, so that the alarm stays on until the fault is corrected. */
  #reject(fault: SettingsFault): void {
    const { log, metrics } = this.#options;
    this.#fault = fault;
    metrics.count(METRIC.settingsRejected);
    log.error('settings rejected', {
      reason: fault.faults.join('; '),
      inForce: this.#nameOfInForce(),
    });
  }

  #nameOfInForce(): string {
    return this.#inForce === undefined ? 'the deployed settings' : 'the last valid settings';
  }

  #deployedSettings(): Settings {
    const { deployed, log } = this.#options;
    try {
      this.#deployed ??= deployed();
    } catch (error) {
      log.error('no deployed settings', { reason: faultsOf(error).join('; ') });
      throw error;
    }
    return this.#deployed;
  }
}

/**
 * Returns the lines that may be logged: the faults of a SettingsError, which contain no secret, or
 * only the name of any other error.
 */
function faultsOf(error: unknown): readonly string[] {
  return error instanceof SettingsError ? error.faults : [errorName(error)];
}
