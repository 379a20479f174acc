import { describe, expect, test } from '@jest/globals';
import { checkNode } from '../../doctor/node.ts';
import { checkOutputLimits } from '../../doctor/output-limit.ts';
import { A, B, C, twoChains } from '../support/two-chains.ts';

function limitOf(modelId: string, maxTokens: number) {
  const targets = [{ region: 'us-east-1', modelId }];
  return checkOutputLimits({
    chains: { default: { tiers: [{ name: 'primary', targets, maxTokens }] } },
  })[0];
}

describe('the check of output limits', () => {
  test('is good at the limit of the model', () => {
    expect(limitOf('anthropic.claude-3-haiku-20240307-v1:0', 4096)?.level).toBe('good');
  });

  test('is bad above the limit, and names it', () => {
    expect(limitOf('anthropic.claude-3-haiku-20240307-v1:0', 4097)).toMatchObject({
      level: 'bad',
      fix: 'set maxTokens to 4096 or less',
    });
  });

  test('names the tier of each chain', () => {
    expect(checkOutputLimits(twoChains()).map(({ subject }) => subject)).toEqual([
      `fast/first ${A}`,
      `fast/last ${B}`,
      `strong/first ${C}`,
      `strong/last ${B}`,
    ]);
  });

  test('warns of an unknown model', () => {
    expect(limitOf('someone.model-1', 10)?.level).toBe('warning');
  });
});

describe('the check of Node', () => {
  test.each([
    ['18.20.0', 'bad'],
    ['20.0.0', 'good'],
    ['24.21.0', 'good'],
  ])('%s is %s', (version, level) => {
    expect(checkNode(version).level).toBe(level);
  });
});
