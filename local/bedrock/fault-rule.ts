/**
 * A fault as a user writes it: for the fault control, in a scenario file or in a test.
 *
 *     { "region": "us-east-1", "model": "*sonnet-4-5*", "fault": "throttle-minute" }
 *
 * `probability` limits any fault to a share of the calls. `atSeconds` and `forSeconds` make it begin
 * and end by itself, counted from the moment it is set. GET /_control shows the descriptions and
 * units below to the user.
 */
import { z } from 'zod';
import { type ModelCall, matches, OPERATIONS } from './model-call.ts';

/** Faults without fields of their own. All except the last three are errors of the service. */
const PLAIN_FAULTS = [
  'throttle-minute',
  'throttle-day',
  'throttle-rate',
  'not-ready',
  'internal-error',
  'model-timeout',
  'model-error',
  'validation',
  'access-denied',
  'end-of-life',
  'invalid-model',
  'html-503',
  'hang',
  'reset',
] as const;

const PATTERN = 'a text of at least one character, in which * stands for any characters';
const PROBABILITY = 'a number above 0 and at most 1';
const START = 'a number of seconds, at least 0';
const STATUS = 'an HTTP status from 200 to 599';

/** The fields that every rule may have. */
export const COMMON_FIELDS = {
  operation: z
    .enum(OPERATIONS, OPERATIONS.join(' or '))
    .optional()
    .describe('The operation of the calls. Default: every operation.'),
  region: z
    .string(PATTERN)
    .min(1, PATTERN)
    .optional()
    .describe('The region of the calls, with * for any characters. Default: *.'),
  model: z
    .string(PATTERN)
    .min(1, PATTERN)
    .optional()
    .describe('The model or profile id of the calls, with * for any characters. Default: *.'),
  probability: z
    .number(PROBABILITY)
    .positive(PROBABILITY)
    .max(1, PROBABILITY)
    .optional()
    .meta({ description: 'The share of the calls that are affected. Default: 1.', unit: 'share' }),
  atSeconds: z.number(START).min(0, START).optional().meta({
    description: 'The time from setting the rule until the fault begins. Default: 0.',
    unit: 'seconds',
  }),
  forSeconds: above0('seconds')
    .optional()
    .meta({ description: 'The duration of the fault. Default: until it is cleared.' }),
};

/** One schema for each set of fields; a schema may stand for several faults. */
export const RULE_VARIANTS = [
  z.strictObject({ fault: z.enum(PLAIN_FAULTS), ...COMMON_FIELDS }),
  z.strictObject({
    fault: z.enum(['unavailable']),
    ...COMMON_FIELDS,
    expectedQueueDelayInMs: above0('milliseconds')
      .optional()
      .meta({ description: 'The queue delay that the error reports. Default: not reported.' }),
  }),
  z.strictObject({
    fault: z.enum(['reply']),
    ...COMMON_FIELDS,
    status: z
      .int(STATUS)
      .min(200, STATUS)
      .max(599, STATUS)
      .describe('The HTTP status of the reply.'),
    headers: z
      .record(z.string(), z.string('a text'), 'an object of header names and texts')
      .optional()
      .describe('Headers of the reply. Default: content-type application/json.'),
    body: z.string('a text').optional().describe('The body of the reply. Default: empty.'),
  }),
  z.strictObject({
    fault: z.enum(['slow']),
    ...COMMON_FIELDS,
    factor: above0().meta({
      description: 'The factor that multiplies the latency of an answer.',
      unit: 'times',
    }),
  }),
  z
    .strictObject({
      fault: z.enum(['quota']),
      ...COMMON_FIELDS,
      requestsPerMinute: above0('requests')
        .optional()
        .meta({ description: 'The requests that a target accepts per minute. Default: no limit.' }),
      tokensPerMinute: above0('tokens')
        .optional()
        .meta({ description: 'The tokens that a target accepts per minute. Default: no limit.' }),
      burndownRate: above0().optional().meta({
        description:
          'The quota tokens that one output token costs. Claude 4 models have 5. Default: 1.',
        unit: 'tokens',
      }),
      minuteSeconds: above0('seconds').optional().meta({
        description:
          'The length of the minute of this quota; a test sets a short one. Default: 60.',
      }),
    })
    .refine((quota) => (quota.requestsPerMinute ?? quota.tokensPerMinute) !== undefined, {
      path: ['requestsPerMinute'],
      message: 'a number above 0, here or in tokensPerMinute',
    }),
] as const;

const FAULT_NAMES = RULE_VARIANTS.flatMap(({ shape }) => shape.fault.options);

export const faultRule = z
  .discriminatedUnion('fault', RULE_VARIANTS, `one of ${FAULT_NAMES.join(', ')}`)
  .readonly();

export type FaultRule = z.infer<typeof faultRule>;
export type FaultName = FaultRule['fault'];
/** A list of rules. Each begins and ends by itself, as its `atSeconds` and `forSeconds` say. */
export type Scenario = readonly FaultRule[];

/** Returns true if the rule is for this call and is in force `sinceMs` after it was set. */
export function applies(
  rule: FaultRule,
  { region, model, operation }: ModelCall,
  sinceMs: number,
): boolean {
  const beginMs = (rule.atSeconds ?? 0) * 1000;
  const endMs = beginMs + (rule.forSeconds ?? Infinity) * 1000;
  return (
    sinceMs >= beginMs &&
    sinceMs < endMs &&
    operation === (rule.operation ?? operation) &&
    matches(rule.region ?? '*', region) &&
    matches(rule.model ?? '*', model)
  );
}

function above0(unit?: string) {
  const allowed = unit === undefined ? 'a number above 0' : `a number of ${unit} above 0`;
  const number = z.number(allowed).positive(allowed);
  return unit === undefined ? number : number.meta({ unit });
}
