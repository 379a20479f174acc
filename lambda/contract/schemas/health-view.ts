/** GET /v1/health: what serves at this moment. Times are ISO 8601 in UTC. */
import * as z from 'zod';
import { CIRCUIT_STATES, OVERRIDE_MODES } from '../words.ts';

const healthStatus = {
  health: z
    .enum(['healthy', 'recovering', 'unhealthy', 'disabled'])
    .describe(
      '`recovering` gets a few calls at a time, `unhealthy` none, `disabled` none until its configuration is mended.',
    ),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional().describe('When it is tried again.'),
};

const targetHealth = z.object({
  target: z.string().describe('`<region>/<modelId>`, the unit of a circuit.'),
  tier: z.string(),
  region: z.string(),
  modelId: z.string(),
  model: z.string(),
  ...healthStatus,
  circuit: z.enum(CIRCUIT_STATES).describe('The breaker’s own state, whatever is on top of it.'),
  stage: z.int().min(0).optional().describe('Of the recovery, while HALF_OPEN.'),
  cause: z.string().optional().describe('The kind of failure, or what took it out: fixed words.'),
  failureRatePercent: z.number().min(0).max(100).optional(),
  override: z.enum(OVERRIDE_MODES).optional(),
});

const settings = z
  .object({
    status: z
      .enum(['in-force', 'invalid', 'unreadable'])
      .describe('`invalid`: the last edit was refused, and earlier settings stay in force.'),
    since: z.iso.datetime().optional().describe('Of the edit, or of the first failed reading.'),
  })
  .describe('The settings parameter, as the function that answers has read it, at most 30 s ago.');

export const healthView = z.object({
  status: z
    .enum(['healthy', 'degraded', 'unhealthy'])
    .describe('`degraded`: some target is out, and another serves.'),
  regions: z.array(z.object({ region: z.string(), ...healthStatus })).readonly(),
  models: z.array(z.object({ model: z.string(), ...healthStatus })).readonly(),
  profiles: z
    .array(z.object({ profile: z.string(), ...healthStatus }))
    .readonly()
    .describe('Inference profiles, each over all regions that call it.'),
  targets: z.array(targetHealth).readonly(),
  settings,
});

export type HealthAnswer = z.infer<typeof healthView>;
