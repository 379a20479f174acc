/** The use of Bedrock's quotas, as operators see it. Times are ISO 8601 in UTC. */
import * as z from 'zod';
import { QUOTA_SOURCES } from '../quotas.ts';

const count = z.int().min(0);
const source = z
  .enum(QUOTA_SOURCES)
  .describe('Where the limits are known from. Settings win over Service Quotas.');
const heldPercent = z.number().min(0).optional();

export const quotaView = z.object({
  quota: z
    .string()
    .describe('`<source Region>/<scope>/<model>`; the scope is `on-demand`, `geo` or `global`.'),
  targets: z.array(z.string()).readonly().describe('The targets of the chains that share it.'),
  source: source.optional().describe('Absent if the limits are not known: all calls are admitted.'),
  tokensPerMinute: z.number().optional(),
  requestsPerMinute: z.number().optional(),
  noAccess: z
    .literal(true)
    .optional()
    .describe('Service Quotas says that the quota is 0: the account has no access to the model.'),
  use: z
    .object({
      heldPercent: z
        .object({ tokens: heldPercent, requests: heldPercent })
        .describe(
          'The part of the burst (`quotas.burstSeconds` of the quota) that calls hold or have spent. Above 100 while calls are booked for a later time.',
        ),
      freeAt: z.iso
        .datetime()
        .optional()
        .describe('The time at which the next call is admitted; absent if that is now.'),
      ratePercent: z
        .number()
        .describe(
          'The part of the quota that is in force. It is lowered when Bedrock throttles calls that fit the quota, and recovers by itself.',
        ),
      tokensToday: count.describe('The tokens that calls have used since the last daily reset.'),
    })
    .optional()
    .describe('Absent if no call is counted, or if the store did not answer.'),
});

export const dayBudgetView = z.object({
  region: z.string(),
  source,
  tokensPerDay: z.number().describe('The quota, for all models of the source Region together.'),
  spent: count.describe('The tokens that calls have used since the last reset: an estimate.'),
  left: count,
  lastHour: count.describe('The tokens that calls have used in the last hour.'),
  resetAt: z.iso.datetime(),
  endsAt: z.iso
    .datetime()
    .optional()
    .describe(
      'The time at which nothing will be left if jobs other than batch jobs go on as in the last hour; absent if the budget lasts until the reset.',
    ),
});
