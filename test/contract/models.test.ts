import { describe, expect, test } from '@jest/globals';
import config from '../../holdfast.config.ts';
import { targetsOf } from '../../lambda/contract/chains.ts';
import { modelFacts } from '../../lambda/contract/models.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';

const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

describe('a model is known', () => {
  test.each([HAIKU, `us.${HAIKU}`, `global.${HAIKU}`])('as %s', (modelId) => {
    expect(modelFacts({ region: 'us-east-1', modelId })).toMatchObject({
      contextWindow: 200_000,
      price: { input: 1, output: 5 },
    });
  });

  test('behind an id that does not contain its name, if the target names it', () => {
    const modelId = 'arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/abc';

    expect(modelFacts({ region: 'us-east-1', modelId, model: HAIKU })).toBeDefined();
  });

  test('for every target of the shipped settings, and none has reached its end of life', () => {
    for (const target of targetsOf(parseSettings(config, 'the shipped settings'))) {
      expect(modelFacts(target)).toBeDefined();
      expect(modelFacts(target)).not.toHaveProperty('endOfLife');
    }
  });
});

describe('the facts of a model', () => {
  test.each(['example.model-of-tomorrow', 'constructor', '__proto__'])(
    'are absent for the unknown model id %s',
    (modelId) => {
      expect(modelFacts({ region: 'us-east-1', modelId })).toBeUndefined();
    },
  );
});
