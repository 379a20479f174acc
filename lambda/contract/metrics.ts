/** Metric names and dimensions: the functions emit them, the dashboard draws them. */
export const METRICS_NAMESPACE = 'Holdfast';

export const METRIC = {
  jobsAccepted: 'JobsAccepted',
  jobsSucceeded: 'JobsSucceeded',
  jobsFailed: 'JobsFailed',
  jobsDeferred: 'JobsDeferred',
  jobsDeadLettered: 'JobsDeadLettered',
  jobsExpired: 'JobsExpired',
  jobsDegraded: 'JobsDegraded',
  jobsRedriven: 'JobsRedriven',
  /** Milliseconds from accept to end. */
  jobLatency: 'JobLatency',
  /** Answers that came after the job was someone else's: paid, thrown away. */
  lateResults: 'LateResults',
  modelCalls: 'ModelCalls',
  modelFailures: 'ModelFailures',
  modelThrottles: 'ModelThrottles',
  modelLatency: 'ModelLatency',
  /** Model calls that no job asked for; part of `ModelCalls`. */
  probes: 'Probes',
  inputTokens: 'InputTokens',
  outputTokens: 'OutputTokens',
  /** Gauge by target: 0 closed, 1 half-open, 2 open. */
  circuitState: 'CircuitState',
  circuitOpened: 'CircuitOpened',
  circuitClosed: 'CircuitClosed',
  /** The store of the circuits did not answer; decisions were local. */
  circuitStoreDegraded: 'CircuitStoreDegraded',
  sweptJobs: 'SweptJobs',
  /** Events of ended jobs that the bus did not take; the sweeper sends them again. */
  eventsUnsent: 'EventsUnsent',
  settingsRejected: 'SettingsRejected',
  /** By target, once a day, for models whose end is known. */
  daysToEndOfLife: 'DaysToEndOfLife',
  /** Of one check of the whole chain: models near or past their end, or that cannot be read. */
  lifecycleFindings: 'LifecycleFindings',
} as const;

export type MetricName = (typeof METRIC)[keyof typeof METRIC];

export const DIMENSION = { target: 'target', tier: 'tier' } as const;
