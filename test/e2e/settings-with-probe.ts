/** The settings of the e2e suites with the active probe switched on. */
import settings from './settings.ts';

export default { ...settings, probe: { enabled: true } };
