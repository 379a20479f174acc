import {
  type CloudWatchClient,
  GetMetricDataCommand,
  type MetricDataQuery,
} from '@aws-sdk/client-cloudwatch';
import { METRICS_NAMESPACE } from '../../lambda/contract/metrics.ts';
import type { Chain } from '../contract/snapshot.ts';
import { type MetricQuery, seriesFrom, seriesQueries } from './series-queries.ts';
import type { SeriesSource } from './series-source.ts';

export interface CloudWatchSeriesOptions {
  readonly cloudWatch: CloudWatchClient;
  /** The instance's name, which Powertools adds to every metric as the dimension `service`. */
  readonly service: string;
  readonly chains: readonly Chain[];
}

const STEP_MS = 60_000;
const STEPS = 15;
/** The most queries that GetMetricData accepts. */
const MAX_QUERIES = 500;

/**
 * Reads the series from CloudWatch. AWS bills each metric of each read: $0.01 per 1,000 metrics, and a read
 * takes 6 metrics per target, 3 per tier and 18 more. So read it once a minute, as often as metrics change.
 */
export function cloudWatchSeries(options: CloudWatchSeriesOptions): SeriesSource {
  const { cloudWatch, service, chains } = options;
  const queries = seriesQueries(chains);
  return {
    async read(nowMs, abortSignal) {
      const fromMs = Math.floor(nowMs / STEP_MS) * STEP_MS - (STEPS - 1) * STEP_MS;
      const values = new Map<string, (number | undefined)[]>();
      for (let first = 0; first < queries.length; first += MAX_QUERIES) {
        const asked = queries.slice(first, first + MAX_QUERIES);
        const results = await readAll(cloudWatch, asked, service, fromMs, abortSignal);
        for (const [key, found] of results) values.set(key, found);
      }
      return seriesFrom({ chains, fromMs, stepMs: STEP_MS, steps: STEPS, values });
    },
  };
}

/** Returns the values of each query by its key, one for each step. */
async function readAll(
  cloudWatch: CloudWatchClient,
  asked: readonly MetricQuery[],
  service: string,
  fromMs: number,
  abortSignal: AbortSignal,
): Promise<ReadonlyMap<string, (number | undefined)[]>> {
  const values = new Map(
    asked.map(({ key }) => [key, new Array<number | undefined>(STEPS).fill(undefined)]),
  );
  let NextToken: string | undefined;
  do {
    const command = new GetMetricDataCommand({
      StartTime: new Date(fromMs),
      EndTime: new Date(fromMs + STEPS * STEP_MS),
      MetricDataQueries: asked.map((query, index) => dataQuery(query, service, index)),
      NextToken,
    });
    const answer = await cloudWatch.send(command, { abortSignal });
    for (const { Id = '', Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
      const found = values.get(asked[Number(Id.slice(1))]?.key ?? '');
      for (const [index, at] of Timestamps.entries()) {
        const step = Math.floor((at.getTime() - fromMs) / STEP_MS);
        if (found && step >= 0 && step < STEPS) found[step] = Values[index];
      }
    }
    NextToken = answer.NextToken;
  } while (NextToken);
  return values;
}

/** An id begins with a small letter. */
function dataQuery(
  { metric, statistic, dimensions }: MetricQuery,
  service: string,
  index: number,
): MetricDataQuery {
  return {
    Id: `m${index}`,
    MetricStat: {
      Metric: {
        Namespace: METRICS_NAMESPACE,
        MetricName: metric,
        Dimensions: Object.entries({ service, ...dimensions }).map(([Name, Value]) => ({
          Name,
          Value,
        })),
      },
      Period: STEP_MS / 1000,
      Stat: statistic,
    },
  };
}
