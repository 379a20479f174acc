/** Metric names and dimensions. The functions emit them; alarms and the dashboard read them. */
export const METRICS_NAMESPACE = 'Holdfast';

export const METRIC = {
  jobsAccepted: 'JobsAccepted',
  /** In total and by chain. */
  jobsSucceeded: 'JobsSucceeded',
  jobsFailed: 'JobsFailed',
  jobsCancelled: 'JobsCancelled',
  jobsExpired: 'JobsExpired',
  jobsDeadLettered: 'JobsDeadLettered',
  jobsDeferred: 'JobsDeferred',
  /**
   * In total and by chain: succeeded jobs whose request was reduced, or that a tier after the first
   * one answered.
   */
  jobsDegraded: 'JobsDegraded',
  jobsRedriven: 'JobsRedriven',
  /** Jobs that were dead-lettered because they used up their failed calls. */
  jobsWithoutAnswer: 'JobsWithoutAnswer',
  /** Milliseconds from acceptance to success. */
  jobLatency: 'JobLatency',
  /**
   * Milliseconds from acceptance to a deferral; a waiting job reports at least every 15 minutes.
   */
  deferredJobAge: 'DeferredJobAge',
  /** Answers that arrived after another run had taken over the job: paid for and discarded. */
  lateResults: 'LateResults',
  modelCalls: 'ModelCalls',
  modelFailures: 'ModelFailures',
  modelThrottles: 'ModelThrottles',
  /** Milliseconds of a whole call that was answered. */
  modelLatency: 'ModelLatency',
  /** Milliseconds to the first content token of a stream. */
  timeToFirstToken: 'TimeToFirstToken',
  /** Output tokens per second of an answered stream, after its first token. */
  tokensPerSecond: 'TokensPerSecond',
  /** Streams that broke after their first token; part of `ModelFailures`. */
  brokenStreams: 'BrokenStreams',
  /** Answers that a time limit cut. */
  answersCut: 'AnswersCut',
  /** Failures and throttles together, by kind. */
  failedCalls: 'FailedCalls',
  /**
   * Times that a job skipped a target because its circuit, its region, its quota or its configuration did
   * not admit calls. A target that can never serve the job is not counted.
   */
  skippedCalls: 'SkippedCalls',
  /** Skips because the quota of the target was used up; part of `SkippedCalls`. */
  quotaSkips: 'QuotaSkips',
  /** In total and by target: throttles of calls that fitted the known quota; part of `ModelThrottles`. */
  throttledWithinQuota: 'ThrottledWithinQuota',
  /** Model calls in the recovery stages of half-open circuits; part of `ModelCalls`. */
  recoveryCalls: 'RecoveryCalls',
  /** Model calls of the prober; part of `ModelCalls`. */
  probes: 'Probes',
  /** Tokens of all calls that may be billed: answered, cut, broken and aborted ones. */
  inputTokens: 'InputTokens',
  outputTokens: 'OutputTokens',
  /** US dollars at list price for these tokens, for models whose price is known. */
  modelCost: 'ModelCost',
  /** The part of `ModelCost` that is estimated: cut, broken and aborted calls report no tokens. */
  estimatedCost: 'EstimatedCost',
  /** Gauge by target: 0 if it admits all calls, 1 if only probes, 2 if none. */
  targetState: 'TargetState',
  /**
   * Gauge by chain, by tier and by region: targets that are healthy, recovering or waiting for
   * traffic.
   */
  targetsServing: 'TargetsServing',
  /** Gauge: targets that configuration errors have disabled. */
  targetsDisabled: 'TargetsDisabled',
  /**
   * Gauge by target: the part of its quota's burst that calls hold or have spent, in percent. Targets that
   * share a quota report the same value.
   */
  quotaHeld: 'QuotaHeld',
  /** Gauge by region: tokens of the daily quota that Holdfast's calls have used since its reset. */
  dayTokens: 'DayTokens',
  /**
   * Gauge by region, and the largest of them: seconds by which the daily quota will be used up before its
   * reset; 0 if it lasts.
   */
  dayBudgetEndsEarly: 'DayBudgetEndsEarly',
  circuitOpened: 'CircuitOpened',
  circuitClosed: 'CircuitClosed',
  /** The number of times that a worker lost the circuit store and decided on its own. */
  circuitStoreDegraded: 'CircuitStoreDegraded',
  /** Jobs that a sweep acted on, in total and by action; 0 if it found none. */
  sweptJobs: 'SweptJobs',
  /** Completion events that the bus did not accept; the sweeper publishes them again. */
  eventsUnsent: 'EventsUnsent',
  settingsRejected: 'SettingsRejected',
  /**
   * Gauge: how many times in a row SSM did not answer a sandbox that reads the settings. The sandbox
   * goes on with the settings that it has, or starts with the deployed ones.
   */
  settingsUnread: 'SettingsUnread',
  /** Gauge by target, once a day: the days until a model's end, if the date is known. */
  daysToEndOfLife: 'DaysToEndOfLife',
  /**
   * Findings of one check of the chains: models that are near or past their end, and models that
   * could not be read.
   */
  lifecycleFindings: 'LifecycleFindings',
} as const;

export type MetricName = (typeof METRIC)[keyof typeof METRIC];

/** Each dimension has few values, because CloudWatch bills a metric for each value. */
export const DIMENSION = {
  target: 'target',
  chain: 'chain',
  /** `<chain>/<tier>`, because chains may have tiers of the same name. */
  tier: 'tier',
  region: 'region',
  /** The failure kind. */
  kind: 'kind',
  /** The sweeper's action. */
  action: 'action',
} as const;
