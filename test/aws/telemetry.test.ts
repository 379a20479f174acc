import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { powertoolsTelemetry } from '../../lambda/aws/telemetry.ts';
import { DIMENSION, METRIC } from '../../lambda/contract/metrics.ts';
import { captureOutput } from '../support/captured-output.ts';

let lines: readonly string[];
beforeEach(() => {
  lines = captureOutput();
  process.env.POWERTOOLS_SERVICE_NAME = 'Holdfast';
});
afterEach(() => {
  jest.restoreAllMocks();
  for (const name of ['POWERTOOLS_SERVICE_NAME', 'AWS_LAMBDA_LOG_LEVEL', 'DEBUG_SHARE']) {
    delete process.env[name];
  }
});

const written = () => lines.map((line) => JSON.parse(line));

describe('the metrics', () => {
  test('are written once in the embedded format, one line per set of dimensions', () => {
    const { metrics, publishMetrics } = powertoolsTelemetry();

    metrics.count(METRIC.jobsAccepted);
    metrics.count(METRIC.jobsAccepted, 2);
    metrics.time(METRIC.jobLatency, 1234);
    metrics.count(METRIC.modelCalls, 1, { [DIMENSION.target]: 'us-east-1/a' });
    metrics.gauge(METRIC.targetState, 2, { [DIMENSION.target]: 'us-east-1/a' });
    publishMetrics();
    publishMetrics();

    expect(written()).toEqual([
      expect.objectContaining({
        service: 'Holdfast',
        JobsAccepted: [1, 2],
        JobLatency: 1234,
        _aws: expect.objectContaining({
          CloudWatchMetrics: [
            {
              Namespace: 'Holdfast',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'JobsAccepted', Unit: 'Count' },
                { Name: 'JobLatency', Unit: 'Milliseconds' },
              ],
            },
          ],
        }),
      }),
      expect.objectContaining({ service: 'Holdfast', target: 'us-east-1/a', ModelCalls: 1 }),
    ]);
    expect(written()[1]._aws.CloudWatchMetrics[0].Dimensions).toEqual([['service', 'target']]);
  });

  test('of two sets of dimensions are kept apart, even if their letters are the same', () => {
    const { metrics, publishMetrics } = powertoolsTelemetry();
    metrics.count(METRIC.modelCalls, 1, { a: 'bc' });
    metrics.count(METRIC.modelCalls, 1, { ab: 'c' });
    publishMetrics();

    expect(written()).toMatchObject([{ a: 'bc' }, { ab: 'c' }]);
  });

  test('start from zero after each publish', () => {
    const { metrics, publishMetrics } = powertoolsTelemetry();
    metrics.count(METRIC.jobsAccepted);
    publishMetrics();
    metrics.count(METRIC.jobsFailed);
    publishMetrics();

    expect(written()[1]).not.toHaveProperty('JobsAccepted');
    expect(written()[1]).toMatchObject({ JobsFailed: 1, service: 'Holdfast' });
  });
});

describe('the log', () => {
  test('is a JSON line with level, message and fields', () => {
    const { log } = powertoolsTelemetry();

    log.warn('job dead-lettered', { jobId: 'a', claims: 5 });

    expect(written()).toEqual([
      expect.objectContaining({
        level: 'WARN',
        message: 'job dead-lettered',
        jobId: 'a',
        claims: 5,
        service: 'Holdfast',
      }),
    ]);
  });

  test('has lines of each level, with or without fields', () => {
    const { log } = powertoolsTelemetry();

    log.info('one');
    log.warn('two');
    log.error('three');
    log.info('four', { n: 1 });
    log.error('five', { n: 2 });

    expect(written().map(({ level, message, n }) => [level, message, n])).toEqual([
      ['INFO', 'one', undefined],
      ['WARN', 'two', undefined],
      ['ERROR', 'three', undefined],
      ['INFO', 'four', 1],
      ['ERROR', 'five', 2],
    ]);
  });

  test('carries the id of the invocation', () => {
    const { log, begin } = powertoolsTelemetry();

    begin({ awsRequestId: 'r1' });
    log.info('one');
    begin({ awsRequestId: 'r2' });
    log.info('two');

    expect(written().map((line) => line.function_request_id)).toEqual(['r1', 'r2']);
  });

  test('has no debug lines without a share, whatever the chance', () => {
    process.env.AWS_LAMBDA_LOG_LEVEL = 'DEBUG';
    const { log, begin } = powertoolsTelemetry(() => 0);

    begin({ awsRequestId: 'r1' });
    log.debug('a line');

    expect(written()).toEqual([]);
  });

  test('has debug lines only for sampled invocations', () => {
    process.env.AWS_LAMBDA_LOG_LEVEL = 'DEBUG';
    process.env.DEBUG_SHARE = '0.01';
    let chance = 0.5;
    const { log, begin } = powertoolsTelemetry(() => chance);

    log.debug('before any');
    begin({ awsRequestId: 'r1' });
    log.debug('of another');
    chance = 0.009;
    begin({ awsRequestId: 'r2' });
    log.debug('of the sample');
    chance = 0.5;
    begin({ awsRequestId: 'r3' });
    log.debug('of the next');

    expect(written()).toEqual([
      expect.objectContaining({ level: 'DEBUG', message: 'of the sample' }),
    ]);
  });
});
