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
  /** Of the parameter that is edited. */
  readonly name: string;
  /** Of the one that only a deploy writes. */
  readonly deployedName: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** @default a client of the function's own region */
  readonly client?: SSMClient;
}

/** Both parameters, as read by one call. */
interface Reading {
  readonly edited: string;
  readonly editedAtMs: number;
  readonly deployed: string;
}

/**
 * The settings in force, at most 30 s old. An edit that is refused, or a parameter that cannot be
 * read, leaves the last good settings in force. A sandbox that starts with a refused edit has none:
 * it takes those that were deployed, so that no edit can stop the system. Without either, it throws.
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

  /** As last read; for what is built once and asks again and again. */
  get current(): Settings {
    if (!this.#settings) throw new Error('the settings were not read yet');
    return this.#settings;
  }

  /** Why the last reading was not taken; undefined when it was. */
  get fault(): SettingsFault | undefined {
    return this.#fault;
  }

  /** Call it at the start of an invocation. */
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

  /** With every reading anew, so that the alarm stays until somebody has mended it. */
  #reject(fault: SettingsFault): void {
    const { log, metrics } = this.#options;
    this.#fault = fault;
    metrics.count(METRIC.settingsRejected);
    log.error('settings rejected', {
      reason: fault.faults.join('; '),
      inForce: this.#inForce ? 'the last good ones' : 'the deployed ones',
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
    `${name}: got no such parameter, the stack makes it`,
  ]);
}

function isSame(reading: Reading, other: Reading | undefined): boolean {
  return reading.edited === other?.edited && reading.deployed === other.deployed;
}

/** Only our own messages are fit for a log: they quote settings, which hold no secret. */
function faultsOf(error: unknown): readonly string[] {
  return error instanceof SettingsError ? error.faults : [errorName(error)];
}
