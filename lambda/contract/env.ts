/** Names of the environment variables that the stack sets and the functions read. */
export const ENV = {
  jobsTable: 'JOBS_TABLE',
  circuitsTable: 'CIRCUITS_TABLE',
  resultsBucket: 'RESULTS_BUCKET',
  jobsQueueUrl: 'JOBS_QUEUE_URL',
  deadLetterQueueUrl: 'DEAD_LETTER_QUEUE_URL',
  settingsParameter: 'SETTINGS_PARAMETER',
  /**
   * A JSON list of the texts that replace `{{0}}`, `{{1}}` … in the file of the deployed settings: those
   * that only CloudFormation knows, such as the address of a new cache. @default none
   */
  deployedTexts: 'DEPLOYED_TEXTS',
  eventBus: 'EVENT_BUS',
  operatorLogGroup: 'OPERATOR_LOG_GROUP',
  operatorLogStream: 'OPERATOR_LOG_STREAM',
  /** The largest `wait` of GET /v1/jobs/{id}, in whole seconds. */
  longestWaitSeconds: 'LONGEST_WAIT_SECONDS',
  /** The origins of web pages that may call the API, with spaces between. @default none */
  corsOrigins: 'CORS_ORIGINS',
  /** The share of invocations, 0 to 1, that also write debug lines. @default 0 */
  debugShare: 'DEBUG_SHARE',
} as const;

export type EnvName = (typeof ENV)[keyof typeof ENV];

/** The file with the deployed settings, beside the bundle of each function. */
export const DEPLOYED_SETTINGS_FILE = 'deployed-settings.json';

/** Returns the variable's value. A missing variable fails the cold start with its name. */
export function requiredEnv(name: EnvName): string {
  const value = process.env[name];
  if (!value) throw new Error(`environment variable ${name} is not set; the stack should set it`);
  return value;
}
