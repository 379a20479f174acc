import { describe, expect, test } from '@jest/globals';
import config from '../../holdfast.config.ts';
import { targetsOf } from '../../lambda/contract/chains.ts';
import { MODEL_KINDS } from '../../lambda/contract/model-kinds.ts';
import {
  capabilitiesOf,
  costUsd,
  familyOf,
  isStreamed,
  KNOWN_MODELS,
  modelFacts,
} from '../../lambda/contract/models.ts';
import type { Target } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';

const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const MICRO = 'amazon.nova-micro-v1:0';

function aTarget(modelId: string, others: Partial<Target> = {}): Target {
  return { region: 'us-east-1', modelId, ...others };
}

describe('a model is known', () => {
  test.each([HAIKU, `us.${HAIKU}`, `global.${HAIKU}`])('as %s', (modelId) => {
    expect(modelFacts(aTarget(modelId))).toMatchObject({
      family: 'claude',
      capabilities: { contextWindow: 200_000, maxOutputTokens: 64_000, document: true },
      price: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
    });
  });

  test('behind an id that does not contain its name, if the target names it', () => {
    const modelId = 'arn:aws:bedrock:us-east-1:000000000000:application-inference-profile/abc';

    expect(modelFacts(aTarget(modelId, { model: HAIKU }))).toBeDefined();
  });

  test('for every target of the shipped settings, and none has reached its end of life', () => {
    for (const target of targetsOf(parseSettings(config, 'the shipped settings'))) {
      expect(modelFacts(target)).toBeDefined();
      expect(modelFacts(target)?.endOfLife).toBeUndefined();
    }
  });
});

describe('the facts of a model', () => {
  test.each(['example.model-of-tomorrow', 'constructor', '__proto__', 'model'])(
    'are absent for the unknown model id %s',
    (modelId) => {
      expect(modelFacts(aTarget(modelId))).toBeUndefined();
    },
  );
});

describe('the table of models', () => {
  test.each(KNOWN_MODELS)('has whole numbers, prices and an own family for %s', (modelId) => {
    const facts = modelFacts(aTarget(modelId));

    expect(facts).toMatchObject({
      family: expect.stringMatching(/^[a-z-]+$/),
      capabilities: { tools: expect.any(Boolean), sampling: expect.any(String) },
    });
    const { contextWindow = 0, maxOutputTokens = 0 } = facts?.capabilities ?? {};
    expect([contextWindow, maxOutputTokens].every(Number.isInteger)).toBe(true);
    expect(contextWindow).toBeGreaterThanOrEqual(maxOutputTokens);
    const { input = 0, output = 0, cacheRead = 0 } = facts?.price ?? {};
    expect(output).toBeGreaterThanOrEqual(input);
    expect(input).toBeGreaterThan(cacheRead);
  });

  test('uses every kind, and forces a tool only where there are tools', () => {
    const used = new Set(KNOWN_MODELS.map((modelId) => modelFacts(aTarget(modelId))?.family));

    expect(new Set(Object.values(MODEL_KINDS).map(({ family }) => family))).toEqual(used);
    for (const { can } of Object.values(MODEL_KINDS)) {
      expect(can.tools || !can.forcedTool).toBe(true);
    }
  });
});

describe('the capabilities of a target', () => {
  test('are those of its model', () => {
    expect(capabilitiesOf(aTarget(MICRO))).toMatchObject({ tools: true, image: false });
  });

  test('are all, without limits, for an unknown model', () => {
    expect(capabilitiesOf(aTarget('example.model-of-tomorrow'))).toMatchObject({
      ...{ image: true, video: true, forcedTool: true, guardrail: true, cachePoint: true },
      ...{ sampling: 'both', streams: 'yes' },
      ...{ contextWindow: Number.POSITIVE_INFINITY, maxOutputTokens: Number.POSITIVE_INFINITY },
    });
  });

  test('are what the settings say, one by one', () => {
    const capabilities = { image: true, contextWindow: 1000, streams: 'no' } as const;
    const target = aTarget(MICRO, { capabilities });

    expect(capabilitiesOf(target)).toMatchObject({ ...capabilities, tools: true, document: false });
    expect(isStreamed(target)).toBe(false);
  });

  test('say that some models stream only without tools', () => {
    const llama = aTarget('us.meta.llama3-3-70b-instruct-v1:0');

    expect([isStreamed(llama), isStreamed(llama, true)]).toEqual([true, false]);
  });
});

test('models of one maker are one family, and an unknown model is its own', () => {
  expect(familyOf(aTarget(`us.${HAIKU}`))).toBe(familyOf(aTarget('anthropic.claude-opus-5')));
  expect(familyOf(aTarget(MICRO))).not.toBe(familyOf(aTarget(HAIKU)));
  expect(familyOf(aTarget('us.example.model'))).toBe('example.model');
});

describe('the cost of a call', () => {
  const tokens = { inputTokens: 1_000_000, outputTokens: 100_000 };
  const cached = { cacheReadInputTokens: 2_000_000, cacheWriteInputTokens: 1_000_000 };

  test('includes reads and writes of the prompt cache', () => {
    expect(costUsd(aTarget(HAIKU), tokens)).toBeCloseTo(1.5);
    expect(costUsd(aTarget(HAIKU), { ...tokens, ...cached })).toBeCloseTo(1.5 + 0.2 + 1.25);
  });

  test('takes the price of input for cached tokens without a price of their own', () => {
    const nova = aTarget('amazon.nova-pro-v1:0');

    expect(costUsd(nova, { ...tokens, ...cached })).toBeCloseTo(0.8 + 0.32 + 2 * 0.2 + 0.8);
  });

  test('is not known for an unknown model', () => {
    expect(costUsd(aTarget('example.model-of-tomorrow'), tokens)).toBeUndefined();
  });
});
