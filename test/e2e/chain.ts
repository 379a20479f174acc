import { type Settings, targetKey } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { defaultTiers } from '../support/settings.ts';
import settingsInput from './settings.ts';

/** The settings of the app that the suites run. */
export const SETTINGS: Settings = parseSettings(settingsInput, 'settings.ts');

export interface ChainTarget {
  readonly key: string;
  /** The target as a fault rule and a filter of calls name it. */
  readonly at: { readonly region: string; readonly model: string };
}

/** The targets of the default chain, one in each tier. */
export const [PRIMARY, SECONDARY, LAST_RESORT] = defaultTiers(SETTINGS).map(
  ({ targets: [target] }) => {
    if (!target) throw new Error('each tier of the e2e settings needs a target');
    return { key: targetKey(target), at: { region: target.region, model: target.modelId } };
  },
) as [ChainTarget, ChainTarget, ChainTarget];
