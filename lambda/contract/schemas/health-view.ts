/** The response of GET /v1/health: the current health of the chains. Times are ISO 8601 in UTC. */
import * as z from 'zod';
import {
  ADMITTED_CALLS,
  CHAIN_STATES,
  CIRCUIT_STATES,
  HEALTH_STATES,
  OVERRIDE_MODES,
  TARGET_FAILURE_KINDS,
} from '../words.ts';

const healthStatus = {
  health: z
    .enum(HEALTH_STATES)
    .describe(
      '`recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.',
    ),
  admits: z
    .enum(ADMITTED_CALLS)
    .describe(
      'The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.',
    ),
  cause: z
    .string()
    .optional()
    .describe(
      'Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it.',
    ),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional().describe('The time of the next call.'),
};

const recent = z
  .object({
    calls: z.int().min(0),
    failures: z
      .partialRecord(z.enum(TARGET_FAILURE_KINDS), z.int().min(0))
      .describe('The failed calls by kind.'),
    meanFirstTokenMs: z
      .number()
      .min(0)
      .optional()
      .describe('The mean time to the first token; absent if no call had one.'),
  })
  .describe(
    'The calls of all workers in the current window, which is `breaker.windowSeconds` long or begins with the last change of the circuit’s state.',
  );

const targetHealth = z.object({
  target: z.string().describe('`<region>/<modelId>`, the unit of a circuit.'),
  tiers: z
    .array(z.object({ chain: z.string(), tier: z.string() }))
    .readonly()
    .describe('The tiers that have the target. Chains that share a target share its circuit.'),
  region: z.string(),
  modelId: z.string(),
  model: z.string(),
  ...healthStatus,
  circuit: z
    .enum(CIRCUIT_STATES)
    .describe('The circuit’s own state, without overrides and the inference from its region.'),
  stage: z.int().min(0).optional().describe('The recovery stage, while HALF_OPEN.'),
  failureRatePercent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe('The share of failed calls when the circuit opened.'),
  override: z.enum(OVERRIDE_MODES).optional(),
  recent: recent.optional(),
});

const settings = z
  .object({
    status: z
      .enum(['in-force', 'invalid', 'unreadable'])
      .describe(
        '`invalid`: the last edit was refused, and earlier settings stay in force. `unreadable`: the parameter could not be read, and earlier settings stay in force.',
      ),
    since: z.iso
      .datetime()
      .optional()
      .describe('The time of the refused edit, or of the first failed read.'),
  })
  .describe('The state of the settings parameter, as last read: at most `refreshSeconds` ago.');

const chainState = z
  .enum(CHAIN_STATES)
  .describe(
    'What the jobs of the chain meet now. `healthy`: its first tier serves, and no target fails; a target that waits for traffic behind or beside a healthy one counts as good. `unhealthy`: no target is healthy, recovering or waiting. `degraded`: all other cases.',
  );

export const healthView = z.object({
  status: z.enum(CHAIN_STATES).describe('The status of the worst chain.'),
  chains: z.array(z.object({ chain: z.string(), status: chainState })).readonly(),
  regions: z.array(z.object({ region: z.string(), ...healthStatus })).readonly(),
  models: z.array(z.object({ model: z.string(), ...healthStatus })).readonly(),
  profiles: z
    .array(z.object({ profile: z.string(), ...healthStatus }))
    .readonly()
    .describe('Inference profiles; the health of each covers all regions that call it.'),
  targets: z
    .array(targetHealth)
    .readonly()
    .describe('Each target once, although several chains may have it.'),
  settings,
});

export type HealthView = z.infer<typeof healthView>;
