import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics as EmfMetrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from '../contract/metrics.ts';
import type { Log, Metrics } from '../core/telemetry.ts';

export interface Telemetry {
  readonly log: Log;
  readonly metrics: Metrics;
  /** Writes what was counted; call it once, at the end of an invocation. */
  publish(): void;
}

type Dimensions = Readonly<Record<string, string>>;
type Unit = (typeof MetricUnit)[keyof typeof MetricUnit];

/**
 * JSON logs, and metrics in CloudWatch's embedded format: a log line per set of dimensions, no call
 * to any service. The service's name comes from POWERTOOLS_SERVICE_NAME and is a dimension of all.
 */
export function powertoolsTelemetry(): Telemetry {
  const logger = new Logger();
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
      info: (message, fields = {}) => logger.info(message, fields),
      warn: (message, fields = {}) => logger.warn(message, fields),
      error: (message, fields = {}) => logger.error(message, fields),
    },
    metrics: {
      count: (name, value = 1, dimensions) => addCount(name, value, dimensions),
      time: add(MetricUnit.Milliseconds),
      gauge: addCount,
    },
    publish() {
      for (const set of sets.values()) if (set.hasStoredMetrics()) set.publishStoredMetrics();
    },
  };
}

function emfMetrics(dimensions: Dimensions): EmfMetrics {
  return new EmfMetrics({ namespace: METRICS_NAMESPACE, defaultDimensions: { ...dimensions } });
}
