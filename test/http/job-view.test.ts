import { expect, test } from '@jest/globals';
import { shownUsage } from '../../lambda/http/job-view.ts';

test('the total of a call’s tokens includes those that a cache served or kept', () => {
  const usage = {
    inputTokens: 1,
    outputTokens: 2,
    cacheReadInputTokens: 4,
    cacheWriteInputTokens: 8,
  };

  expect(shownUsage(usage)).toMatchObject({ ...usage, totalTokens: 15 });
});
