/** The settings of the repository, for a load that is faster than the default limits of a key. */
import settings from '../../holdfast.config.ts';
import { defineSettings } from '../../lambda/contract/schemas/settings.ts';
import { HIGHEST_KEY_LIMITS } from '../support/key-limits.ts';

export default defineSettings({ ...settings, api: HIGHEST_KEY_LIMITS });
