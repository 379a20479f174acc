import type { CloudWatchClient, GetMetricDataCommandInput } from '@aws-sdk/client-cloudwatch';
import { describe, expect, test } from '@jest/globals';
import type { Chain } from '../../console/contract/snapshot.ts';
import { cloudWatchSeries } from '../../console/server/cloudwatch-series.ts';
import { seriesQueries } from '../../console/server/series-queries.ts';

const CHAINS: readonly Chain[] = [
  {
    chain: 'default',
    tiers: [
      { tier: 'primary', targets: [{ target: 'us-east-1/a' }, { target: 'us-west-2/a' }] },
      { tier: 'last', targets: [{ target: 'us-east-1/b' }] },
    ],
  },
  { chain: 'batch', tiers: [{ tier: 'primary', targets: [{ target: 'us-east-1/a' }] }] },
];
const FROM = Date.UTC(2026, 10, 28, 12);
const NOW = FROM + 14 * 60_000 + 30_000;

interface Sample {
  readonly metric: string;
  readonly dimension?: string;
  /** Values by minute. */
  readonly values: Readonly<Record<number, number>>;
}

/** Answers each query with the samples of its metric, at most `pageSize` results at once. */
function fakeCloudWatch(samples: readonly Sample[], pageSize = 1_000) {
  const inputs: GetMetricDataCommandInput[] = [];
  const send = async ({ input }: { readonly input: GetMetricDataCommandInput }) => {
    inputs.push(input);
    const from = Number(input.NextToken ?? 0);
    const results = (input.MetricDataQueries ?? []).map(({ Id, MetricStat }) => {
      const { MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
      const [, own] = Dimensions.map(({ Value }) => Value);
      const found = samples.find(
        ({ metric, dimension }) => metric === MetricName && dimension === own,
      );
      const entries = Object.entries(found?.values ?? {});
      return {
        Id,
        Timestamps: entries.map(([minute]) => new Date(FROM + Number(minute) * 60_000)),
        Values: entries.map(([, value]) => value),
      };
    });
    const more = from + pageSize < results.length;
    return {
      MetricDataResults: results.slice(from, from + pageSize),
      ...(more && { NextToken: String(from + pageSize) }),
    };
  };
  return { cloudWatch: { send } as unknown as CloudWatchClient, inputs };
}

function read({ cloudWatch }: ReturnType<typeof fakeCloudWatch>, chains = CHAINS) {
  const source = cloudWatchSeries({ cloudWatch, service: 'Holdfast', chains });
  return source.read(NOW, new AbortController().signal);
}

describe('the series from CloudWatch', () => {
  test('are read in one request for 15 whole minutes, the current one last', async () => {
    const fake = fakeCloudWatch([]);

    const series = await read(fake);

    expect(fake.inputs).toHaveLength(1);
    expect(fake.inputs[0]).toMatchObject({
      StartTime: new Date(FROM),
      EndTime: new Date(FROM + 15 * 60_000),
    });
    expect(series).toMatchObject({ fromMs: FROM, stepMs: 60_000 });
    expect(series.inputTokens).toEqual(new Array(15).fill(0));
  });

  test('ask for each metric once, with the dimensions that the functions give it', async () => {
    const fake = fakeCloudWatch([]);
    await read(fake);

    const asked = (fake.inputs[0]?.MetricDataQueries ?? []).map(({ MetricStat }) => {
      const { Namespace, MetricName, Dimensions = [] } = MetricStat?.Metric ?? {};
      const dimensions = Dimensions.map(({ Name, Value }) => `${Name}=${Value}`).join(',');
      return `${Namespace} ${MetricName} ${MetricStat?.Stat} ${MetricStat?.Period} ${dimensions}`;
    });
    expect(asked).toEqual(
      expect.arrayContaining([
        'Holdfast ModelCalls Sum 60 service=Holdfast,target=us-west-2/a',
        'Holdfast SkippedCalls Sum 60 service=Holdfast,target=us-east-1/b',
        'Holdfast TimeToFirstToken Average 60 service=Holdfast,target=us-east-1/a',
        'Holdfast TargetState Maximum 60 service=Holdfast,target=us-east-1/a',
        'Holdfast FailedCalls Sum 60 service=Holdfast,kind=quota-minute',
        'Holdfast FailedCalls Sum 60 service=Holdfast,kind=unknown',
        'Holdfast JobsAccepted Sum 60 service=Holdfast',
        'Holdfast ModelCost Sum 60 service=Holdfast,tier=default/last',
        'Holdfast InputTokens Sum 60 service=Holdfast,tier=batch/primary',
      ]),
    );
    expect(new Set(asked).size).toBe(asked.length);
  });

  test('take as many metrics as the documentation says: 6 per target, 3 per tier, 18 more', () => {
    expect(seriesQueries(CHAINS)).toHaveLength(6 * 3 + 3 * 3 + 18);
  });

  test('have a value for each minute: 0 for a count without one, null for a time or a state', async () => {
    const series = await read(
      fakeCloudWatch([
        { metric: 'ModelCalls', dimension: 'us-east-1/a', values: { 0: 5, 14: 2 } },
        { metric: 'ModelThrottles', dimension: 'us-east-1/a', values: { 14: 1 } },
        { metric: 'TimeToFirstToken', dimension: 'us-east-1/a', values: { 0: 420 } },
        { metric: 'TargetState', dimension: 'us-east-1/a', values: { 0: 0, 13: 2, 14: 1 } },
        { metric: 'FailedCalls', dimension: 'quota-minute', values: { 14: 1 } },
        { metric: 'JobsDeferred', values: { 3: 7 } },
      ]),
    );

    const a = series.targets['us-east-1/a'];
    expect(Object.keys(series.targets)).toEqual(['us-east-1/a', 'us-west-2/a', 'us-east-1/b']);
    expect([a?.calls[0], a?.calls[1], a?.calls[14], a?.throttled[14]]).toEqual([5, 0, 2, 1]);
    expect([a?.firstTokenMs[0], a?.firstTokenMs[14]]).toEqual([420, null]);
    expect([a?.state[0], a?.state[1], a?.state[13], a?.state[14]]).toEqual([0, null, 2, 1]);
    expect(Object.keys(series.failures)).toEqual(['quota-minute']);
    expect(series.jobs.deferred[3]).toBe(7);
    expect(series.jobs.accepted).toHaveLength(15);
  });

  test('add the tokens and dollars of all tiers', async () => {
    const series = await read(
      fakeCloudWatch([
        { metric: 'OutputTokens', dimension: 'default/primary', values: { 1: 100 } },
        { metric: 'OutputTokens', dimension: 'batch/primary', values: { 1: 20, 2: 3 } },
        { metric: 'ModelCost', dimension: 'default/last', values: { 2: 0.5 } },
      ]),
    );

    expect(series.outputTokens.slice(0, 4)).toEqual([0, 120, 3, 0]);
    expect(series.costUsd[2]).toBe(0.5);
  });

  test('are complete when CloudWatch answers in pages', async () => {
    const values = { 4: 9 };
    const samples = [{ metric: 'ModelCost', dimension: 'batch/primary', values }];
    const fake = fakeCloudWatch(samples, 10);

    const series = await read(fake);

    expect(fake.inputs.length).toBeGreaterThan(1);
    expect(series.costUsd[4]).toBe(9);
  });

  test('of very many targets are read in requests of at most 500 metrics', async () => {
    const targets = Array.from({ length: 100 }, (_, index) => ({ target: `us-east-1/${index}` }));
    const values = { 0: 1 };
    const fake = fakeCloudWatch([{ metric: 'ModelCalls', dimension: 'us-east-1/99', values }]);

    const series = await read(fake, [{ chain: 'default', tiers: [{ tier: 'all', targets }] }]);

    expect(fake.inputs.map(({ MetricDataQueries = [] }) => MetricDataQueries.length)).toEqual([
      500,
      6 * 100 + 3 + 18 - 500,
    ]);
    expect(series.targets['us-east-1/99']?.calls[0]).toBe(1);
  });
});
