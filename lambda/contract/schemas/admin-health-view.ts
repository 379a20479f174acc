/** GET /v1/admin/health: what every caller sees, and who and why. Times are ISO 8601 in UTC. */
import * as z from 'zod';
import { LIFECYCLE_FINDINGS } from '../lifecycle.ts';
import { TARGET_FAILURE_KINDS } from '../words.ts';
import { healthView } from './health-view.ts';
import { overrideView } from './overrides.ts';

const count = z.int().min(0);

const evidence = z
  .object({
    rule: z.string().describe('What opened the circuit: `rate`, `excess`, `dry`, `slow`, …'),
    failure: z.enum(TARGET_FAILURE_KINDS).optional().describe('The kind that weighed most.'),
    calls: count,
    failures: count,
    slowCalls: count.optional(),
    excess: z.number().optional(),
    kinds: z.partialRecord(z.enum(TARGET_FAILURE_KINDS), count).optional(),
    stage: count.optional().describe('The recovery stage that failed.'),
  })
  .describe('The numbers that opened the circuit; absent while it is closed.');

const configErrors = z
  .object({
    failures: count,
    reason: z.string().describe('The name of the last error.'),
    since: z.iso.datetime(),
    disabledSince: z.iso.datetime().optional(),
    nextCheckAt: z.iso.datetime().optional(),
    checks: count.optional(),
  })
  .describe('Configuration errors since the last success; three from two jobs disable the target.');

const lifecycle = z
  .object({
    findings: z.array(z.enum(LIFECYCLE_FINDINGS)).readonly(),
    endOfLife: z.iso.datetime().optional(),
    legacySince: z.iso.datetime().optional(),
    daysLeft: z.number().optional(),
  })
  .describe('What the daily check read of the model from Bedrock.');

const target = healthView.shape.targets.unwrap().element;

export const adminHealthView = healthView.extend({
  targets: z
    .array(
      target.extend({
        opens: count.optional().describe('Openings since it was last closed.'),
        succeeded: count.optional().describe('Successes of the recovery stage so far.'),
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
      .describe('What is wrong with the edit: field, value and what is allowed.'),
  }),
  overrides: z.array(overrideView).readonly().describe('All that are in force.'),
  lifecycleCheckedAt: z.iso.datetime().optional(),
});
export type AdminHealthView = z.infer<typeof adminHealthView>;
