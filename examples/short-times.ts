/**
 * The chain of `holdfast.config.ts` with short times, for drills on a laptop. A circuit stays open for
 * 10 s instead of 60 s, and an edit of the settings takes effect in 5 s instead of 5 minutes. If a
 * worker crashes, its job is dead-lettered without a second run, so do not deploy these settings.
 *
 *     npm start -- --config examples/short-times.ts
 */
import settings from '../holdfast.config.ts';
import { defineSettings } from '../lambda/contract/schemas/settings.ts';

export default defineSettings({
  ...settings,
  breaker: { firstTokenSeconds: 5, stallSeconds: 5, cooldownSeconds: 10 },
  jobs: { maxAttempts: 1, answerSeconds: 60 },
  refreshSeconds: 5,
});
