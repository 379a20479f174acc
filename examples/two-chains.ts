/**
 * Two chains that share a target: a strong one for jobs that name no chain, and a fast one, whose last
 * tier is also the last resort of the strong one. A job chooses with its `chain`:
 *
 *     npm start -- --config examples/two-chains.ts
 *     curl … -d '{"prompt":"Why do ships have anchors?","chain":"fast"}'
 */
import { defineSettings } from '../lambda/contract/schemas/settings.ts';

const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const haiku = { region: 'us-west-2', modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' };

export default defineSettings({
  chains: {
    strong: {
      tiers: [
        {
          name: 'primary',
          targets: [
            { region: 'us-east-1', modelId: SONNET },
            { region: 'us-west-2', modelId: SONNET },
          ],
          maxTokens: 4096,
        },
        { name: 'last-resort', targets: [haiku], maxTokens: 2048 },
      ],
    },
    fast: {
      tiers: [
        { name: 'primary', targets: [{ ...haiku, region: 'us-east-1' }], maxTokens: 1024 },
        { name: 'last-resort', targets: [haiku], maxTokens: 1024 },
      ],
    },
  },
});
