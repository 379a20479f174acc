import { DIMENSION, METRIC } from '../../contract/metrics.ts';
import type { Log, Metrics } from '../telemetry.ts';
import type { CircuitEvent } from './events.ts';

/** Returns a listener that logs the breaker's events and counts them for the dashboard. */
export function recordCircuitEvents(log: Log, metrics: Metrics): (event: CircuitEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'opened': {
        const { rule, failure, calls, failures } = event.evidence;
        metrics.count(METRIC.circuitOpened, 1, { [DIMENSION.target]: event.key });
        const { key: target, untilMs } = event;
        return log.warn('circuit opened', { target, untilMs, rule, failure, calls, failures });
      }
      case 'closed':
        metrics.count(METRIC.circuitClosed, 1, { [DIMENSION.target]: event.key });
        return log.info('circuit closed', { target: event.key });
      case 'half_opened':
      case 'stage_advanced':
        return log.info('circuit recovery stage began', { target: event.key, stage: event.stage });
      case 'would_open':
        return log.warn('circuit under observe would have opened', {
          target: event.key,
          rule: event.evidence.rule,
        });
      case 'unreadable':
        return log.error('circuit record cannot be read', { target: event.key });
      case 'skewed':
        return log.error('worker clock is skewed; this worker changes no circuit', {
          offsetMs: event.offsetMs,
        });
      case 'degraded':
        metrics.count(METRIC.circuitStoreDegraded);
        return log.error('circuit store does not answer; this worker decides alone', {
          error: event.error,
        });
      case 'restored':
        return log.info('circuit store answers again');
      default:
        return event satisfies never;
    }
  };
}
