/**
 * The chain of `holdfast.config.ts` with short times, for drills on a laptop: a circuit stays open for
 * 10 s instead of 60 s, and a job whose worker dies is dead-lettered after its first run.
 *
 *     npm start -- --config examples/short-times.ts
 *
 * Not for production: a single worker crash dead-letters a job.
 */
import settings from '../holdfast.config.ts';
import { defineSettings } from '../lambda/contract/schemas/settings.ts';

export default defineSettings({
  ...settings,
  breaker: { callTimeoutSeconds: 10, cooldownSeconds: 10 },
  jobs: { maxAttempts: 1 },
});
