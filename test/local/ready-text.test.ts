import { expect, test } from '@jest/globals';
import { namesText, readyText } from '../../local/ready-text.ts';

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

test('shows the console first, then one command line, one curl line and the log', () => {
  const [ready, , ...lines] = readyText(run, 4230, '/tmp/functions.log').split('\n');

  expect(ready).toContain('ready after 4.2 s');
  expect(lines.slice(0, 4)).toEqual([
    '  Look    http://127.0.0.1:8787/',
    '  Submit  npx holdfast submit "Why do ships have anchors?" --wait',
    expect.stringMatching(
      /^ {2}or {6}curl -s http:\/\/127.0.0.1:8787\/v1\/jobs -H 'x-api-key: local'/,
    ),
    '  Log     /tmp/functions.log',
  ]);
  expect(lines.join('\n')).toContain('Ctrl-C stops it');
});

test('ends with the warnings', () => {
  const text = readyText({ ...run, warnings: ['one', 'two'] }, 0, undefined);

  expect(text).toMatch(/\n\nWARNING: one\n\nWARNING: two\n\n$/);
});

test('shows the credentials, addresses and resource names that the commands in docs/ need', () => {
  const text = namesText(run);

  expect(text).toContain('keys, one per tenant: local, local-2\n');
  expect(text).toContain('export AWS_ACCESS_KEY_ID=an-operator AWS_SECRET_ACCESS_KEY=a-secret');
  expect(text).toContain(
    'AWS_ENDPOINT_URL=http://127.0.0.1:1 AWS_ENDPOINT_URL_SERVICE_QUOTAS=http://127.0.0.1:2 API_URL=http://127.0.0.1:8787/v1 API_KEY=local\n',
  );
  expect(text).toMatch(/^ {2}SettingsParameterName +Holdfast-Settings$/m);
  expect(text).toMatch(/^ {2}DeadLetterQueueUrl +http:\S+DeadLetters$/m);
  expect(text).not.toContain('DashboardName');
});
