import type { Client, OperatorClient } from '../client/client.ts';
import type { SettingsParameter } from './settings-parameter.ts';

export interface InstanceOptions {
  readonly stack?: string;
  readonly profile?: string;
  readonly region?: string;
  readonly url?: string;
}

/** An instance of Holdfast, as its callers and its operators use it. */
export interface Instance {
  /** Names the instance in messages. */
  readonly name: string;
  /** Calls the API with a key. Throws if there is none. */
  client(): Client;
  /** Calls the operators' routes with signed requests. */
  operator(): Promise<OperatorClient>;
  /** The parameter that holds the settings. */
  settings(): Promise<SettingsParameter>;
}
