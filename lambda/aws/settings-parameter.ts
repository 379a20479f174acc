import { GetParametersCommand, type Parameter, SSMClient } from '@aws-sdk/client-ssm';
import { METRIC } from '../contract/metrics.ts';
import type { Settings, SettingsFault } from '../contract/policy.ts';
import { parseSettings, SettingsError } from '../contract/schemas/settings.ts';
import { parseEdit } from '../contract/schemas/settings-edit.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { createClient } from './sdk-client.ts';

const MAX_AGE_MS = 30_000;

export interface SettingsParameterOptions {
  /** The name of the parameter that operators edit. */
  readonly name: string;
  /** The name of the parameter that only a deploy writes. */
  readonly deployedName: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** @default a client of the function's own region */
  readonly client?: SSMClient;
}

/** The texts of both parameters, read in one call. */
interface Reading {
  readonly edited: string;
  readonly editedAtMs: number;
  readonly deployed: string;
}

/**
 * The settings in force, at most 30 s old. If an edit is refused or a parameter cannot be read, the
 * last valid settings stay in force. A sandbox that starts with a refused edit uses the deployed
 * settings, so that no edit can stop the system. If the deployed settings cannot be read either,
 * `read` throws.
 */
export class SettingsParameter {
  readonly #options: SettingsParameterOptions;
  readonly #client: SSMClient;
  #inForce: Reading | undefined;
  #settings: Settings | undefined;
  #fault: SettingsFault | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: SettingsParameterOptions) {
    this.#options = options;
    this.#client = options.client ?? createClient((common) => new SSMClient(common));
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
   * Returns the settings, and first reads them again if they are too old. Call it at the start of
   * an invocation.
   */
  async read(): Promise<Settings> {
    const { clock } = this.#options;
    if (this.#settings && clock.now() - this.#readAt < MAX_AGE_MS) return this.#settings;
    try {
      this.#take(await this.#fetch());
    } catch (error) {
      const faults = faultsOf(error);
      if (!this.#settings) {
        this.#options.log.error('no settings to start with', { reason: faults.join('; ') });
        throw error;
      }
      const sinceMs = this.#fault?.status === 'unreadable' ? this.#fault.sinceMs : clock.now();
      this.#reject({ status: 'unreadable', sinceMs, faults });
    }
    this.#readAt = clock.now();
    return this.current;
  }

  #take(reading: Reading): void {
    const { name, deployedName } = this.#options;
    if (this.#settings && isSame(reading, this.#inForce)) {
      this.#fault = undefined;
      return;
    }
    const deployed = parseSettings(JSON.parse(reading.deployed), `parameter ${deployedName}`);
    try {
      this.#settings = parseEdit(reading.edited, deployed, `parameter ${name}`);
      this.#inForce = reading;
      this.#fault = undefined;
    } catch (error) {
      this.#settings ??= deployed;
      this.#reject({ status: 'invalid', sinceMs: reading.editedAtMs, faults: faultsOf(error) });
    }
  }

  /** Reports the fault at every reading, so that the alarm stays on until the edit is corrected. */
  #reject(fault: SettingsFault): void {
    const { log, metrics } = this.#options;
    this.#fault = fault;
    metrics.count(METRIC.settingsRejected);
    log.error('settings rejected', {
      reason: fault.faults.join('; '),
      inForce: this.#inForce ? 'the last valid settings' : 'the deployed settings',
    });
  }

  async #fetch(): Promise<Reading> {
    const { name, deployedName } = this.#options;
    const command = new GetParametersCommand({ Names: [name, deployedName] });
    const { Parameters = [] } = await this.#client.send(command);
    const edited = named(name, Parameters);
    return {
      edited: edited.Value ?? '',
      editedAtMs: edited.LastModifiedDate?.getTime() ?? this.#options.clock.now(),
      deployed: named(deployedName, Parameters).Value ?? '',
    };
  }
}

function named(name: string, parameters: readonly Parameter[]): Parameter {
  const found = parameters.find(({ Name }) => Name === name);
  if (found) return found;
  throw new SettingsError(`parameter ${name}`, [
    `${name}: the parameter does not exist; deploy the stack to create it`,
  ]);
}

function isSame(reading: Reading, other: Reading | undefined): boolean {
  return reading.edited === other?.edited && reading.deployed === other.deployed;
}

/**
 * Returns the lines that may be logged: the faults of a SettingsError, which contain no secret, or
 * only the name of any other error.
 */
function faultsOf(error: unknown): readonly string[] {
  return error instanceof SettingsError ? error.faults : [errorName(error)];
}
