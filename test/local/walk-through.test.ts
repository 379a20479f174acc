import { expect, test } from '@jest/globals';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { parseFaultRules } from '../../local/bedrock/parse-fault-rules.ts';
import { walkThrough } from '../../local/walk-through.ts';

const settings = parseSettings(
  {
    tiers: [
      { name: 'first', targets: [{ region: 'us-east-1', modelId: 'us.a' }], maxTokens: 10 },
      { name: 'second', targets: [{ region: 'us-east-1', modelId: 'us.b' }], maxTokens: 10 },
    ],
  },
  'test settings',
);

const run = {
  apiUrl: 'http://127.0.0.1:8787/v1',
  apiKeys: [
    { id: 'Holdfast-Key', name: 'local', value: 'local' },
    { id: 'local-2', name: 'local-2', value: 'local-2' },
  ],
  endpoints: {
    dynamodb: 'http://127.0.0.1:1',
    sqs: 'http://127.0.0.1:1',
    s3: 'http://127.0.0.1:1',
    ssm: 'http://127.0.0.1:1',
    events: 'http://127.0.0.1:1',
    bedrockRuntime: 'http://127.0.0.1:2',
    bedrock: 'http://127.0.0.1:2',
  },
  operator: { accessKeyId: 'an-operator', secretAccessKey: 'a-secret', userArn: 'arn' },
};

test('says where everything is and how to submit and ask', () => {
  const text = walkThrough(run, settings, 4230);

  expect(text).toContain('up after 4.2 s');
  expect(text).toContain("curl -s http://127.0.0.1:8787/v1/jobs -H 'x-api-key: local'");
  expect(text).toContain('http://127.0.0.1:8787/v1/jobs/JOB_ID');
  expect(text).toContain('local-2: another tenant');
});

test('signs an override of the first target with the operator’s credential', () => {
  const text = walkThrough(run, settings, 0);

  expect(text).toContain(
    "--aws-sigv4 aws:amz:us-east-1:execute-api --user an-operator:a-secret -H 'content-type: application/json'",
  );
  expect(text).toContain('http://127.0.0.1:8787/v1/admin/overrides/target/us-east-1%2Fus.a\n');
});

test('breaks the targets of the first tier and no others, in words that the fake understands', () => {
  const bedrock = { url: 'http://127.0.0.1:2' };
  const text = walkThrough({ ...run, bedrock }, settings, 0);

  const [, url, body = ''] = /curl -s -X PUT (\S+) -d '(.*)'/.exec(text) ?? [];

  expect(url).toBe('http://127.0.0.1:2/_control/faults');
  expect(parseFaultRules(JSON.parse(body))).toEqual([
    { region: 'us-east-1', model: 'us.a', fault: 'throttle-minute' },
  ]);
});

test('has no outage to offer on a Bedrock that is not ours', () => {
  expect(walkThrough(run, settings, 0)).not.toContain('_control');
});
