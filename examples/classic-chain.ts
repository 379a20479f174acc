/**
 * The chain that most write-ups of this architecture name: Claude Sonnet 4.5, then Claude 3 Sonnet,
 * then Claude Haiku. It deploys, and it warns: Claude 3 Sonnet has been past its end of life since
 * 2026-07-30, and Bedrock takes Claude 3 Haiku from few accounts. Jobs pass over such a target, as
 * three refusals disable it.
 *
 *     npm start -- --config examples/classic-chain.ts
 *
 * The same steps with models that serve today: Claude Sonnet 4.5, Claude Sonnet 4.6, Claude
 * Haiku 4.5, each in two regions. That is the chain of `holdfast.config.ts`.
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
