import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkApi } from '../../doctor/api.ts';
import '../support/errors-of-one-realm.ts';
import { type AwsService, type ServiceResponse, serveAwsService } from '../support/aws-service.ts';

describe('the check of the API', () => {
  let api: AwsService;
  let answer: ServiceResponse = { status: 200, body: {} };
  beforeAll(async () => {
    api = await serveAwsService(() => answer);
  });
  afterAll(() => api.close());

  test.each([
    [200, { status: 'healthy' }, 'good', 'healthy'],
    [200, { status: 'degraded' }, 'warning', 'degraded'],
    [200, { status: 'unhealthy' }, 'bad', 'unhealthy'],
    [200, { message: 'from another service' }, 'bad', 'HTTP 200 without a health status'],
    [403, { status: 403 }, 'bad', 'the API refuses the key (HTTP 403)'],
    [500, { status: 500 }, 'bad', 'HTTP 500'],
  ])('with HTTP %d and %p is %s', async (status, body, level, found) => {
    answer = { status, body };
    const findings = await checkApi(`${api.config.endpoint}/v1/`, 'a-key');
    expect(findings).toMatchObject([{ check: 'api', level, found }]);
    expect(JSON.stringify(findings)).not.toContain('a-key');
  });
});
