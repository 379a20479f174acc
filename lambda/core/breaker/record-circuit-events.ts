import { DIMENSION, METRIC } from '../../contract/metrics.ts';
import type { Log, Metrics } from '../telemetry.ts';
import type { CircuitEvent } from './events.ts';

/** What the breaker does, for the dashboard and for whoever reads the log after an incident. */
export function recordCircuitEvents(log: Log, metrics: Metrics): (event: CircuitEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'opened': {
        const { rule, failure, calls, failures } = event.evidence;
        metrics.count(METRIC.circuitOpened, 1, { [DIMENSION.target]: event.key });
        const untilMs = event.untilMs;
        return log.warn('circuit opened', {
          ...{ target: event.key, untilMs, rule, failure, calls, failures },
        });
      }
      case 'closed':
        metrics.count(METRIC.circuitClosed, 1, { [DIMENSION.target]: event.key });
        return log.info('circuit closed', { target: event.key });
      case 'half_opened':
      case 'stage_advanced':
        return log.info('circuit recovers', { target: event.key, stage: event.stage });
      case 'would_open':
        return log.warn('circuit would open', { target: event.key, rule: event.evidence.rule });
      case 'unreadable':
        return log.error('circuit record unreadable', { target: event.key });
      case 'skewed':
        return log.error('clock skewed: circuits not written', { offsetMs: event.offsetMs });
      case 'degraded':
        metrics.count(METRIC.circuitStoreDegraded);
        return log.error('circuit store down: deciding alone', { error: event.error });
      case 'restored':
        return log.info('circuit store back');
      default:
        return event satisfies never;
    }
  };
}
