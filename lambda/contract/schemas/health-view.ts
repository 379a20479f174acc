/** The response of GET /v1/health: the current health of the chain. Times are ISO 8601 in UTC. */
import * as z from 'zod';
import { CIRCUIT_STATES, HEALTH_STATES, OVERRIDE_MODES } from '../words.ts';

const healthStatus = {
  health: z
    .enum(HEALTH_STATES)
    .describe(
      '`recovering`: gets a few calls at a time. `unhealthy`: gets no calls. `disabled`: gets no calls until its configuration is corrected.',
    ),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional().describe('The time of the next call.'),
};

const targetHealth = z.object({
  target: z.string().describe('`<region>/<modelId>`, the unit of a circuit.'),
  tier: z.string(),
  region: z.string(),
  modelId: z.string(),
  model: z.string(),
  ...healthStatus,
  circuit: z
    .enum(CIRCUIT_STATES)
    .describe('The circuit’s own state, without overrides and the inference from its region.'),
  stage: z.int().min(0).optional().describe('The recovery stage, while HALF_OPEN.'),
  cause: z
    .string()
    .optional()
    .describe(
      'Why the target gets no calls, in fixed words: a failure kind, `force-open`, `region-unhealthy`, or the name of the configuration error.',
    ),
  failureRatePercent: z
    .number()
    .min(0)
    .max(100)
    .optional()
    .describe('The share of failed calls when the circuit opened.'),
  override: z.enum(OVERRIDE_MODES).optional(),
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
  .describe('The state of the settings parameter, as read at most 30 s ago.');

export const healthView = z.object({
  status: z
    .enum(['healthy', 'degraded', 'unhealthy'])
    .describe('`degraded`: at least one target gets no calls, and another serves.'),
  regions: z.array(z.object({ region: z.string(), ...healthStatus })).readonly(),
  models: z.array(z.object({ model: z.string(), ...healthStatus })).readonly(),
  profiles: z
    .array(z.object({ profile: z.string(), ...healthStatus }))
    .readonly()
    .describe('Inference profiles; the health of each covers all regions that call it.'),
  targets: z.array(targetHealth).readonly(),
  settings,
});

export type HealthView = z.infer<typeof healthView>;
