import { expect, test } from '@jest/globals';
import { parseLogLine } from '../../../local/console/log-record.ts';

/** Lines as the functions wrote them. */
const MESSAGE =
  '{"level":"WARN","message":"model call failed","timestamp":"2026-11-28T16:05:15.340Z","service":"Holdfast","function_request_id":"4133","sampling_rate":0,"xray_trace_id":"1-6b","jobId":"15a9","target":"us-east-1/us.a","ms":8,"kind":"quota-minute","status":429}';
const BY_TARGET =
  '{"_aws":{"Timestamp":1795881916083,"CloudWatchMetrics":[{"Namespace":"Holdfast","Dimensions":[["service","target"]],"Metrics":[{"Name":"ModelCalls","Unit":"Count"},{"Name":"TimeToFirstToken","Unit":"Milliseconds"}]}]},"service":"Holdfast","target":"us-east-1/us.a","ModelCalls":[1,1],"TimeToFirstToken":350}';
const TOTAL =
  '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"Holdfast","Dimensions":[["service"]],"Metrics":[{"Name":"JobsAccepted","Unit":"Count"}]}]},"service":"Holdfast","JobsAccepted":1}';

test('a message has its own fields, without those of the logger', () => {
  expect(parseLogLine(MESSAGE)).toEqual({
    kind: 'message',
    level: 'WARN',
    message: 'model call failed',
    fields: { jobId: '15a9', target: 'us-east-1/us.a', ms: 8, kind: 'quota-minute', status: 429 },
  });
});

test('metrics have their dimension and all their values', () => {
  expect(parseLogLine(BY_TARGET)).toEqual({
    kind: 'metrics',
    dimension: { name: 'target', value: 'us-east-1/us.a' },
    values: { ModelCalls: [1, 1], TimeToFirstToken: [350] },
  });
  expect(parseLogLine(TOTAL)).toEqual({ kind: 'metrics', values: { JobsAccepted: [1] } });
});

test.each(['{"level":"CRITICAL","message":"x"}', '{"level":7,"message":"x"}'])(
  'an unknown level counts as an error: %s',
  (line) => {
    expect(parseLogLine(line)).toMatchObject({ kind: 'message', level: 'ERROR' });
  },
);

test.each([
  'FATAL ERROR: Reached heap limit',
  '',
  '{"level":"INFO"',
  '{"level":"INFO"}',
  '{"message":7}',
  '[1]',
])('a line of another form is text: %s', (line) => {
  expect(parseLogLine(line)).toEqual({ kind: 'text', text: line });
});

test.each([
  '{"_aws":{}}',
  '{"_aws":{"CloudWatchMetrics":[]}}',
  '{"_aws":{"CloudWatchMetrics":[{"Dimensions":7,"Metrics":[]}]}}',
  '{"_aws":{"CloudWatchMetrics":7}}',
])('metrics of a broken form are empty: %s', (line) => {
  expect(parseLogLine(line)).toEqual({ kind: 'metrics', values: {} });
});
