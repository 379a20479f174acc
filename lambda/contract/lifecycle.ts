/** What the daily check of the chain's models can find, worst last. */
export const LIFECYCLE_FINDINGS = [
  /** Bedrock calls the model LEGACY: it has an end, and newcomers have no access. */
  'legacy',
  /** Fewer than `NOTICE_DAYS` days are left. */
  'ends-soon',
  'ended',
  'inactive',
  'not-found',
  'no-access',
] as const;
export type LifecycleFinding = (typeof LIFECYCLE_FINDINGS)[number];

/**
 * Two months: to choose a model, try it on real prompts and ask for its quota takes weeks. Bedrock
 * gives six months of notice as a rule, but a model card may give as little as 45 days (Amazon
 * Bedrock user guide, "Model lifecycle"), and then LEGACY itself is the first sign.
 */
export const NOTICE_DAYS = 60;
