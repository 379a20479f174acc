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
  awsUrl: 'http://127.0.0.1:1',
  bedrockUrl: 'http://127.0.0.1:2',
  outputs: {
    ApiUrl: 'http://127.0.0.1:8787/v1/',
    DeadLetterQueueUrl: 'http://127.0.0.1:1/000000000000/Holdfast-DeadLetters',
    SettingsParameterName: 'Holdfast-Settings',
    DashboardName: 'Holdfast-Dashboard',
  },
  warnings: [],
  operator: { accessKeyId: 'an-operator', secretAccessKey: 'a-secret', userArn: 'arn' },
};

test('shows all addresses, and how to submit a job and read it', () => {
  const text = walkThrough(run, settings, 4230);

  expect(text).toContain('up after 4.2 s');
  expect(text).toContain("curl -s http://127.0.0.1:8787/v1/jobs -H 'x-api-key: local'");
  expect(text).toContain('http://127.0.0.1:8787/v1/jobs/JOB_ID');
  expect(text).toContain('local-2 (another tenant)');
});

test('signs an override of the first target with the operator’s credential', () => {
  const text = walkThrough(run, settings, 0);

  expect(text).toContain(
    "--aws-sigv4 aws:amz:us-east-1:execute-api --user an-operator:a-secret -H 'content-type: application/json'",
  );
  expect(text).toContain('http://127.0.0.1:8787/v1/admin/overrides/target/us-east-1%2Fus.a\n');
});

test('breaks only the targets of the first tier, with rules that the fake accepts', () => {
  const text = walkThrough({ ...run, bedrock: {} }, settings, 0);

  const [, url, body = ''] = /curl -s -X PUT (\S+) -d '(.*)'/.exec(text) ?? [];

  expect(url).toBe('http://127.0.0.1:2/_control/faults');
  expect(parseFaultRules(JSON.parse(body))).toEqual([
    { region: 'us-east-1', model: 'us.a', fault: 'throttle-minute' },
  ]);
});

test('offers no outage if Bedrock is not the fake', () => {
  expect(walkThrough(run, settings, 0)).not.toContain('_control');
});

test('shows the credentials, addresses and resource names that the commands in docs/ need', () => {
  const text = walkThrough(run, settings, 0);

  expect(text).toContain('export AWS_ACCESS_KEY_ID=an-operator AWS_SECRET_ACCESS_KEY=a-secret');
  expect(text).toContain(
    'AWS_ENDPOINT_URL=http://127.0.0.1:1 API_URL=http://127.0.0.1:8787/v1 API_KEY=local\n',
  );
  expect(text).toMatch(/^ {2}SettingsParameterName +Holdfast-Settings$/m);
  expect(text).toMatch(/^ {2}DeadLetterQueueUrl +http:\S+DeadLetters$/m);
  expect(text).not.toContain('DashboardName');
});

test('ends with the warnings', () => {
  const text = walkThrough({ ...run, warnings: ['one', 'two'] }, settings, 0);

  expect(text).toMatch(/\n\nWARNING: one\n\nWARNING: two\n$/);
});
