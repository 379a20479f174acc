import settings from './settings.ts';

export default { ...settings, probe: { enabled: true } };
