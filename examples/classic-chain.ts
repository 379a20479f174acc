/**
 * A chain that many articles on this architecture use: Claude Sonnet 4.5, Claude 3 Sonnet, Claude
 * Haiku. It deploys with a warning: Claude 3 Sonnet reached its end of life on 2026-07-30. Only a few
 * accounts can use Claude 3 Haiku. Bedrock refuses calls to such a target; after three refusals the
 * target is disabled, and jobs skip it.
 *
 *     npm start -- --config examples/classic-chain.ts
 *
 * `holdfast.config.ts` has a similar chain with models that are available today.
 */
import { defineSettings } from '../lambda/contract/schemas/settings.ts';

export default defineSettings({
  tiers: [
    {
      name: 'claude-sonnet-4-5',
      targets: [{ region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' }],
      maxTokens: 4096,
    },
    {
      name: 'claude-3-sonnet',
      targets: [{ region: 'us-east-1', modelId: 'anthropic.claude-3-sonnet-20240229-v1:0' }],
      maxTokens: 4096,
    },
    {
      name: 'claude-haiku',
      targets: [{ region: 'us-east-1', modelId: 'anthropic.claude-3-haiku-20240307-v1:0' }],
      maxTokens: 2048,
      simplify: 'Answer briefly and directly.',
    },
  ],
});
