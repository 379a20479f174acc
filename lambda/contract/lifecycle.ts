/** The findings of the daily check of the chain's models, worst last. */
export const LIFECYCLE_FINDINGS = [
  /** Bedrock lists the model as LEGACY: it has an end date, and new accounts get no access. */
  'legacy',
  /** At most `NOTICE_DAYS` days are left. */
  'ends-soon',
  'ended',
  'inactive',
  'not-found',
  'no-access',
] as const;
export type LifecycleFinding = (typeof LIFECYCLE_FINDINGS)[number];

/**
 * The number of days before a model's end from which the daily check reports `ends-soon`. It is two
 * months, because it takes weeks to choose a model, try it on real prompts and request its quota.
 * Bedrock usually gives six months of notice, but a model card may give as little as 45 days
 * (Amazon Bedrock user guide, "Model lifecycle"). The status LEGACY is then the first warning.
 */
export const NOTICE_DAYS = 60;
