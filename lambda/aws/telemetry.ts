import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics as EmfMetrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { ENV } from '../contract/env.ts';
import { METRICS_NAMESPACE } from '../contract/metrics.ts';
import type { Random } from '../core/clock.ts';
import type { Log, Metrics } from '../core/telemetry.ts';

export interface Telemetry {
  readonly log: Log;
  readonly metrics: Metrics;
  /**
   * Adds the invocation's id to each log line and decides if this invocation writes debug lines.
   * Call it at the start of an invocation.
   */
  begin(context: { readonly awsRequestId: string }): void;
  /** Writes the metrics. Call it once, at the end of an invocation. */
  publishMetrics(): void;
}

type Dimensions = Readonly<Record<string, string>>;
type Unit = (typeof MetricUnit)[keyof typeof MetricUnit];

/**
 * Writes JSON logs, and metrics in CloudWatch's embedded metric format: one log line per set of
 * dimensions, without a call to a service. POWERTOOLS_SERVICE_NAME is a dimension of every metric.
 */
export function powertoolsTelemetry(random: Random = Math.random): Telemetry {
  const logger = new Logger();
  // Powertools' own sampling has no effect, because Lambda's log level overrides the level that it
  // sets.
  const debugShare = Number(process.env[ENV.debugShare] ?? 0);
  let isDebugging = false;
  const sets = new Map<string, EmfMetrics>();
  const add =
    (unit: Unit) =>
    (name: string, value: number, dimensions: Dimensions = {}) => {
      const key = Object.entries(dimensions).flat().join('\n');
      const set = sets.get(key) ?? emfMetrics(dimensions);
      sets.set(key, set);
      set.addMetric(name, unit, value);
    };
  const addCount = add(MetricUnit.Count);
  return {
    log: {
      debug: (message, fields = {}) => isDebugging && logger.debug(message, fields),
      info: (message, fields = {}) => logger.info(message, fields),
      warn: (message, fields = {}) => logger.warn(message, fields),
      error: (message, fields = {}) => logger.error(message, fields),
    },
    metrics: {
      count: (name, value = 1, dimensions) => addCount(name, value, dimensions),
      time: add(MetricUnit.Milliseconds),
      gauge: addCount,
    },
    begin({ awsRequestId }) {
      // `function_request_id` is Powertools' name for the id.
      logger.appendKeys({ function_request_id: awsRequestId });
      isDebugging = random() < debugShare;
    },
    publishMetrics() {
      for (const set of sets.values()) if (set.hasStoredMetrics()) set.publishStoredMetrics();
    },
  };
}

function emfMetrics(dimensions: Dimensions): EmfMetrics {
  return new EmfMetrics({ namespace: METRICS_NAMESPACE, defaultDimensions: { ...dimensions } });
}
