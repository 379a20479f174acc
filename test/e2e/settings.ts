/**
 * The settings of the e2e suites: the default rules with shorter times, so that detection and recovery
 * take only seconds.
 */
import { defineSettings } from '../../lambda/contract/schemas/settings.ts';
import { HIGHEST_KEY_LIMITS } from '../support/key-limits.ts';

const haiku = { region: 'us-east-1', modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' };

export default defineSettings({
  chains: {
    default: {
      tiers: [
        {
          name: 'primary',
          targets: [
            { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
          ],
          maxTokens: 512,
        },
        {
          name: 'secondary',
          targets: [{ region: 'us-west-2', modelId: 'us.anthropic.claude-sonnet-4-6' }],
          maxTokens: 512,
        },
        {
          name: 'last-resort',
          targets: [haiku],
          maxTokens: 256,
          simplify: 'Answer briefly.',
        },
      ],
    },
    // Its only target is also the last resort of the default chain.
    economy: { tiers: [{ name: 'only', targets: [haiku], maxTokens: 128 }] },
    // The quota of its first target allows one call. The next one would have to wait for nearly a minute.
    metered: {
      tiers: [
        {
          name: 'paid',
          targets: [
            {
              region: 'eu-west-1',
              modelId: 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0',
              quota: { requestsPerMinute: 1 },
            },
          ],
          maxTokens: 512,
          patienceSeconds: 0,
        },
        { name: 'spare', targets: [haiku], maxTokens: 256 },
      ],
    },
  },
  guardrails: {
    words: {
      'us-east-1': { id: 'eastwords', version: '1' },
      'us-west-2': { id: 'westwords', version: '2' },
    },
  },
  breaker: {
    windowSeconds: 4,
    firstTokenSeconds: 2,
    stallSeconds: 1,
    cooldownSeconds: 1,
    rampSeconds: 0.3,
    cooldownMaxSeconds: 10,
    viewMaxAgeSeconds: 0.1,
  },
  jobs: {
    deadlineSeconds: 120,
    answerSeconds: 10,
    // The limit is low, so that a job is soon dead-lettered if its deferrals wrongly use up claims.
    maxAttempts: 2,
    failedCalls: 5,
    workerConcurrency: 4,
    shortestDeferralSeconds: 1,
  },
  refreshSeconds: 5,
  // The suites post as fast as they can.
  api: HIGHEST_KEY_LIMITS,
  tenants: { 'local-2': 'another-team' },
});
