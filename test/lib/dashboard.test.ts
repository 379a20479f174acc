import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { targetKey } from '../../lambda/contract/policy.ts';
import { aTemplate, someSettings } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

interface Widget {
  readonly properties: {
    readonly title: string;
    readonly metrics: readonly (readonly unknown[])[];
  };
}

const targets = ['us-east-1', 'us-west-2'].map((region) => ({
  region,
  modelId: 'us.anthropic.claude-sonnet-4-6',
}));
const template = aTemplate({
  settings: someSettings({ tiers: [{ name: 'only', targets, maxTokens: 512 }] }),
});
const body = propertiesOf(template, 'AWS::CloudWatch::Dashboard', 'Dashboard').DashboardBody;
const { widgets } = JSON.parse(String(body)) as { widgets: readonly Widget[] };

/** Namespace, name and dimensions, without how it is drawn. */
const series = widgets.flatMap(({ properties }) =>
  properties.metrics.map((metric) => metric.filter((part) => typeof part === 'string')),
);

describe('the dashboard', () => {
  test('draws the state of each circuit', () => {
    const circuits = series.filter((metric) => metric.includes(METRIC.circuitState));

    expect(circuits).toEqual(
      targets.map((target) => [
        'Holdfast',
        'CircuitState',
        'service',
        'Holdfast',
        'target',
        targetKey(target),
      ]),
    );
  });

  test('draws both queues, the age of the oldest message and what each function does', () => {
    for (const expected of [
      ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', '{Queue.QueueName}'],
      ['AWS/SQS', 'ApproximateNumberOfMessagesDelayed', 'QueueName', '{Queue.QueueName}'],
      ['AWS/SQS', 'ApproximateAgeOfOldestMessage', 'QueueName', '{Queue.QueueName}'],
      [
        'AWS/SQS',
        'ApproximateNumberOfMessagesVisible',
        'QueueName',
        '{QueueDeadLetters.QueueName}',
      ],
      ['AWS/Lambda', 'Errors', 'FunctionName', '{RequestFunctionHandler}'],
      ['AWS/Lambda', 'Errors', 'FunctionName', '{WorkerFunctionHandler}'],
      ['AWS/Lambda', 'Errors', 'FunctionName', '{SweeperFunctionHandler}'],
    ]) {
      expect(series).toContainEqual(expected);
    }
  });

  test('draws every end of a job, and latency as percentiles', () => {
    const drawn = widgets.map(({ properties }) => [
      properties.title,
      properties.metrics.map((metric) => metric[1]),
    ]);

    expect(Object.fromEntries(drawn)).toMatchObject({
      Jobs: ['JobsAccepted', 'JobsSucceeded', 'JobsFailed', 'JobsDeadLettered', 'JobsExpired'],
      'Job latency, accepted to ended': ['JobLatency', 'JobLatency', 'JobLatency'],
    });
    expect(JSON.stringify(widgets)).toContain('"stat":"p99"');
  });

  test('draws no metric that no function can emit', () => {
    const ours = series.filter(([namespace]) => namespace === 'Holdfast').map(([, name]) => name);

    expect(Object.values(METRIC)).toEqual(expect.arrayContaining(ours));
  });

  test('fits the grid of 24 columns, in rows as high as their widgets', () => {
    const places = (widgets as readonly unknown[] as { x: number; y: number; width: number }[]).map(
      ({ x, y, width }) => ({ y, end: x + width }),
    );

    const rows = Map.groupBy(places, ({ y }) => y);
    expect([...rows.keys()]).toEqual([0, 6, 12, 18, 24, 30]);
    for (const row of rows.values()) expect(Math.max(...row.map(({ end }) => end))).toBe(24);
  });
});
