/** The settings of the deploy test: the default rules with shorter times, so that outages take seconds. */
import { defineSettings } from '../../lambda/contract/schemas/settings.ts';

export default defineSettings({
  tiers: [
    {
      name: 'primary',
      targets: [{ region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' }],
      maxTokens: 512,
    },
    {
      name: 'secondary',
      targets: [{ region: 'us-west-2', modelId: 'us.anthropic.claude-sonnet-4-6' }],
      maxTokens: 512,
    },
  ],
  breaker: {
    windowSeconds: 10,
    firstTokenSeconds: 5,
    stallSeconds: 5,
    cooldownSeconds: 3,
    rampSeconds: 0.3,
    viewMaxAgeSeconds: 0.1,
  },
  jobs: {
    deadlineSeconds: 300,
    // The first failed run is the last, so that one sweep is enough for a dead letter.
    maxAttempts: 1,
    workerConcurrency: 2,
    shortestDeferralSeconds: 1,
  },
});
