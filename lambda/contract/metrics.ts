/** Metric names and dimensions: the functions emit them, the dashboard draws them. */
export const METRICS_NAMESPACE = 'Holdfast';

export const METRIC = {
  jobsAccepted: 'JobsAccepted',
  jobsSucceeded: 'JobsSucceeded',
  jobsFailed: 'JobsFailed',
  jobsCancelled: 'JobsCancelled',
  jobsExpired: 'JobsExpired',
  jobsDeadLettered: 'JobsDeadLettered',
  jobsDeferred: 'JobsDeferred',
  /** Of those that succeeded: something was reduced against what was asked. */
  jobsDegraded: 'JobsDegraded',
  jobsRedriven: 'JobsRedriven',
  /** Milliseconds from accept to success. */
  jobLatency: 'JobLatency',
  /** Milliseconds from accept to a deferral; a job that waits reports at least each 15 minutes. */
  deferredJobAge: 'DeferredJobAge',
  /** Answers that came after the job was someone else's: paid, thrown away. */
  lateResults: 'LateResults',
  modelCalls: 'ModelCalls',
  modelFailures: 'ModelFailures',
  modelThrottles: 'ModelThrottles',
  modelLatency: 'ModelLatency',
  /** Failures and throttles together, by kind. */
  failedCalls: 'FailedCalls',
  /** Model calls of a half-open circuit's stages; part of `ModelCalls`. */
  recoveryCalls: 'RecoveryCalls',
  /** Model calls that no job asked for; part of `ModelCalls`. */
  probes: 'Probes',
  inputTokens: 'InputTokens',
  outputTokens: 'OutputTokens',
  /** US dollars by list price, of answers whose model's price is known. */
  modelCost: 'ModelCost',
  /** Gauge by target: 0 closed, 1 half-open, 2 open. */
  circuitState: 'CircuitState',
  /** Gauge of all, by tier and by region: targets that traffic reaches, in part or in full. */
  targetsServing: 'TargetsServing',
  /** Gauge: targets that configuration errors took out. */
  targetsDisabled: 'TargetsDisabled',
  circuitOpened: 'CircuitOpened',
  circuitClosed: 'CircuitClosed',
  /** The store of the circuits did not answer; decisions were local. */
  circuitStoreDegraded: 'CircuitStoreDegraded',
  /** Jobs that a sweep moved, 0 when it found none; and by action, what it did with each. */
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

/** Each has few values: a metric is paid for by each of them. */
export const DIMENSION = {
  target: 'target',
  tier: 'tier',
  region: 'region',
  /** A failure's kind. */
  kind: 'kind',
  /** What the sweeper did. */
  action: 'action',
} as const;
