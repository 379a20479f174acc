/**
 * The settings of this deployment: the targets, their order and the policy of the breaker. Only
 * `tiers` is required; docs/settings.md lists all fields and their defaults. An invalid value stops
 * the synth with an error that names the field.
 */
import { defineSettings } from './lambda/contract/schemas/settings.ts';

export default defineSettings({
  tiers: [
    {
      name: 'primary',
      targets: [
        { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
        { region: 'us-west-2', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' },
      ],
      maxTokens: 4096,
    },
    {
      name: 'secondary',
      targets: [
        { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' },
        { region: 'us-west-2', modelId: 'us.anthropic.claude-sonnet-4-6' },
      ],
      maxTokens: 4096,
    },
    {
      name: 'last-resort',
      targets: [
        { region: 'us-east-1', modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
        { region: 'us-west-2', modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' },
      ],
      maxTokens: 2048,
      simplify: 'Answer briefly and directly.',
    },
  ],
});
