import { expect, test } from '@jest/globals';
import { answerTenant } from '../../lambda/http/tenant-call.ts';
import { bodyOf } from '../support/api-caller.ts';
import { anApiEvent } from '../support/api-event.ts';
import { aWorld } from '../support/job-world.ts';

test('a request that fails is answered with 503, and its error is logged by name', async () => {
  const { log, logged, settings } = aWorld();

  const result = await answerTenant(
    log,
    async () => settings,
    anApiEvent({}),
    async () => {
      throw new TypeError('text of AWS');
    },
  );

  expect(result.statusCode).toBe(503);
  expect(bodyOf(result).requestId).toBe('request-id');
  expect(logged).toEqual([
    { message: 'request failed', fields: { requestId: 'request-id', error: 'TypeError' } },
  ]);
});
