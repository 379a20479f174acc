/**
 * The response of GET /v1/admin/health: the callers' health view with reasons, overrides, model
 * lifecycles and quotas. Times are ISO 8601 in UTC.
 */
import * as z from 'zod';
import { LIFECYCLE_FINDINGS } from '../lifecycle.ts';
import { TARGET_FAILURE_KINDS } from '../words.ts';
import { healthView } from './health-view.ts';
import { overrideView } from './overrides.ts';
import { dayBudgetView, quotaView } from './quota-view.ts';

const count = z.int().min(0);

const evidence = z
  .object({
    rule: z
      .string()
      .describe('The rule that opened the circuit: `rate`, `excess`, `dry`, `slow`, …'),
    failure: z.enum(TARGET_FAILURE_KINDS).optional().describe('The most frequent failure kind.'),
    calls: count.describe('The calls counted before the circuit opened.'),
    failures: count.describe('The failed calls among them.'),
    slowCalls: count.optional().describe('The slow calls among them.'),
    excess: z.number().optional().describe('The CUSUM of the excess rule.'),
    kinds: z
      .partialRecord(z.enum(TARGET_FAILURE_KINDS), count)
      .optional()
      .describe('The failed calls by failure kind.'),
    stage: count.optional().describe('The recovery stage that failed.'),
  })
  .describe('The numbers that opened the circuit; absent while it is closed.');

const configErrors = z
  .object({
    failures: count,
    reason: z.string().describe('The name of the last error.'),
    since: z.iso.datetime().describe('The time of the first error.'),
    disabledSince: z.iso.datetime().optional(),
    nextCheckAt: z.iso
      .datetime()
      .optional()
      .describe('The time from which one job may call the target again, as a check.'),
    checks: count.optional().describe('The checks so far.'),
  })
  .describe(
    'Configuration errors since the last success. Three of them, from at least two jobs, disable the target.',
  );

const lifecycle = z
  .object({
    findings: z.array(z.enum(LIFECYCLE_FINDINGS)).readonly(),
    endOfLife: z.iso.datetime().optional(),
    legacySince: z.iso.datetime().optional(),
    daysLeft: z.number().optional().describe('Days until the end of life; negative after it.'),
  })
  .describe('The model’s lifecycle, as the daily check read it from Bedrock.');

const target = healthView.shape.targets.unwrap().element;

export const adminHealthView = healthView.extend({
  targets: z
    .array(
      target.extend({
        opens: count
          .optional()
          .describe('How often the circuit has opened since it was last closed.'),
        succeeded: count
          .optional()
          .describe('Successful calls of the current recovery stage so far.'),
        evidence: evidence.optional(),
        overriddenBy: overrideView.optional(),
        configErrors: configErrors.optional(),
        lifecycle: lifecycle.optional(),
      }),
    )
    .readonly(),
  settings: healthView.shape.settings.extend({
    faults: z
      .array(z.string())
      .readonly()
      .optional()
      .describe('The errors of the refused edit: field, value and allowed values.'),
  }),
  overrides: z.array(overrideView).readonly().describe('All overrides in force.'),
  lifecycleCheckedAt: z.iso.datetime().optional(),
  quotas: z
    .array(quotaView)
    .readonly()
    .describe(
      'The quotas per minute of the targets. Calls are admitted within those that are known.',
    ),
  dayBudgets: z
    .array(dayBudgetView)
    .readonly()
    .optional()
    .describe('The known quotas per day, by source Region. Absent if the store did not answer.'),
  quotasCheckedAt: z.iso
    .datetime()
    .optional()
    .describe('The time at which the quotas were last read from Service Quotas.'),
});
export type AdminHealthView = z.infer<typeof adminHealthView>;
