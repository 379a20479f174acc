import { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { BedrockQuotas, LIST_QUOTAS, listQuotas } from '../../lambda/aws/service-quotas.ts';
import { FakeAws } from '../support/fake-aws.ts';
import { localAws } from '../support/local-aws.ts';

let aws: FakeAws;
let before: NodeJS.ProcessEnv;
beforeAll(async () => {
  aws = await FakeAws.start();
});
afterAll(() => aws.close());
beforeEach(() => {
  before = process.env;
  process.env = { ...before, ...aws.environment };
});
afterEach(() => {
  process.env = before;
});

test('the quotas of Bedrock are read page by page, without those that lack a name or a value', async () => {
  const first = [
    { QuotaCode: 'L-1', QuotaName: 'one', Value: 1 },
    { QuotaCode: 'L-2', QuotaName: 'without a value' },
    { QuotaCode: 'L-3', Value: 3 },
    { QuotaName: 'without a code', Value: 4 },
  ];
  const second = [{ QuotaCode: 'L-5', QuotaName: 'none', Value: 0 }];
  aws.answer(({ input }) =>
    input.NextToken === undefined ? { Quotas: first, NextToken: 'a' } : { Quotas: second },
  );

  expect(await new BedrockQuotas().list('eu-west-1')).toEqual([
    { code: 'L-1', name: 'one', value: 1 },
    { code: '', name: 'without a code', value: 4 },
    { code: 'L-5', name: 'none', value: 0 },
  ]);
  const input = { ServiceCode: 'bedrock', MaxResults: 100 };
  const operation = LIST_QUOTAS.split(':')[1];
  expect(aws.asked()).toMatchObject([
    { operation, region: 'eu-west-1', input },
    { operation, region: 'eu-west-1', input: { ...input, NextToken: 'a' } },
  ]);
});

test('each Region is asked for its own quotas', async () => {
  aws.answer(() => ({}));
  const quotas = new BedrockQuotas();
  for (const region of ['eu-west-1', 'us-east-1', 'eu-west-1'])
    expect(await quotas.list(region)).toEqual([]);

  expect(aws.asked().map(({ region }) => region)).toEqual(['eu-west-1', 'us-east-1', 'eu-west-1']);
});

test('a list that is aborted fails', async () => {
  aws.answer(() => ({}));
  const client = new ServiceQuotasClient(localAws(aws.url));

  await expect(listQuotas(client, 'bedrock', AbortSignal.abort())).rejects.toThrow();
  client.destroy();
});
