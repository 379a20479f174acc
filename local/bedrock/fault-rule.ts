/**
 * A fault as a user writes it: for the fault control, in a scenario file or in a test.
 *
 *     { "region": "us-east-1", "model": "*sonnet-4-5*", "fault": "throttle-minute" }
 *
 * `probability` limits any fault to a share of the calls, and `prompt` to some prompts. `atSeconds`
 * and `forSeconds` make it begin and end by itself, counted from the moment it is set. GET /_control
 * shows the descriptions and units below to the user.
 */
import { z } from 'zod';
import { AFTER_TOKENS, above0, COMMON_FIELDS } from './fault-fields.ts';
import { type ModelCall, matches } from './model-call.ts';
import { MINUTE_SHAPES } from './quota.ts';
import { STREAM_ERRORS } from './stream-error.ts';

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
  'no-subscription',
  'no-use-case-form',
  'end-of-life',
  'invalid-model',
  'html-503',
  'hang',
  'reset',
] as const;

const STATUS = 'an HTTP status from 200 to 599';
const LENGTH = 'a whole number of tokens, at least 1';

/** Faults that break an answer after some of its tokens. */
const STREAM_VARIANTS = [
  z.strictObject({
    fault: z.enum(['stall', 'stream-reset']),
    ...COMMON_FIELDS,
    afterTokens: AFTER_TOKENS,
  }),
  z.strictObject({
    fault: z.enum(['stream-error']),
    ...COMMON_FIELDS,
    afterTokens: AFTER_TOKENS,
    error: z
      .enum(STREAM_ERRORS, `one of ${STREAM_ERRORS.join(', ')}`)
      .optional()
      .describe('The error event. Default: modelStreamErrorException.'),
  }),
] as const;

const A_LIMIT = 'a number above 0, here, in tokensPerMinute or in tokensPerDay';

/** Real quotas of an account. */
const QUOTA_VARIANT = z
  .strictObject({
    fault: z.enum(['quota']),
    ...COMMON_FIELDS,
    requestsPerMinute: above0('requests').optional().meta({
      description:
        'The requests per minute for each source Region, scope and model. Default: no limit.',
    }),
    tokensPerMinute: above0('tokens').optional().meta({
      description:
        'The tokens per minute for each source Region, scope and model. Default: no limit.',
    }),
    tokensPerDay: above0('tokens').optional().meta({
      description:
        'The tokens per day for each source Region, of all its models together. Default: no limit.',
    }),
    outsideRequestsPerMinute: above0('requests').optional().meta({
      description: 'The requests per minute that another user of the account makes. Default: none.',
    }),
    outsideTokensPerMinute: above0('tokens').optional().meta({
      description: 'The tokens per minute that another user of the account takes. Default: none.',
    }),
    burndownRate: above0().optional().meta({
      description:
        'The tokens of the quota that one output token costs. Default: the documented number of the model.',
      unit: 'tokens',
    }),
    minuteShape: z
      .enum(MINUTE_SHAPES, `one of ${MINUTE_SHAPES.join(', ')}`)
      .optional()
      .describe('How the quota of a minute comes: all the time, or at its start. Default: steady.'),
    minuteSeconds: above0('seconds').optional().meta({
      description:
        'The length of the minute of this quota; a test sets a short one, which shortens the day too. Default: 60.',
    }),
  })
  .refine(
    ({ requestsPerMinute, tokensPerMinute, tokensPerDay }) =>
      (requestsPerMinute ?? tokensPerMinute ?? tokensPerDay) !== undefined,
    { path: ['requestsPerMinute'], message: A_LIMIT },
  );

export type QuotaRule = z.infer<typeof QUOTA_VARIANT>;

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
  ...STREAM_VARIANTS,
  z.strictObject({
    fault: z.enum(['slow']),
    ...COMMON_FIELDS,
    factor: above0().meta({
      description: 'The factor that multiplies the latency of an answer.',
      unit: 'times',
    }),
  }),
  z.strictObject({
    fault: z.enum(['slow-tokens']),
    ...COMMON_FIELDS,
    factor: above0().meta({
      description: 'The factor that divides the speed after the first token.',
      unit: 'times',
    }),
  }),
  z.strictObject({
    fault: z.enum(['long-answer']),
    ...COMMON_FIELDS,
    tokens: z.int(LENGTH).min(1, LENGTH).meta({
      description: 'The length of the answer before maxTokens cuts it.',
      unit: 'tokens',
    }),
  }),
  QUOTA_VARIANT,
] as const;

const FAULT_NAMES = RULE_VARIANTS.flatMap(({ shape }) => shape.fault.options);

export const faultRule = z
  .discriminatedUnion('fault', RULE_VARIANTS, `one of ${FAULT_NAMES.join(', ')}`)
  .readonly();

export type FaultRule = z.infer<typeof faultRule>;
export type FaultName = FaultRule['fault'];
/** A rule that breaks an answer after some of its tokens. */
export type StreamRule = z.infer<(typeof STREAM_VARIANTS)[number]>;
/** A list of rules. Each begins and ends by itself, as its `atSeconds` and `forSeconds` say. */
export type Scenario = readonly FaultRule[];

/** A call with the text of its last user message. */
export interface PromptedCall extends ModelCall {
  readonly prompt: string;
}

/** Returns true if the rule is for this call and is in force `sinceMs` after it was set. */
export function applies(
  rule: FaultRule,
  { region, model, operation, prompt }: PromptedCall,
  sinceMs: number,
): boolean {
  const beginMs = (rule.atSeconds ?? 0) * 1000;
  const endMs = beginMs + (rule.forSeconds ?? Infinity) * 1000;
  return (
    sinceMs >= beginMs &&
    sinceMs < endMs &&
    operation === (rule.operation ?? operation) &&
    matches(rule.region ?? '*', region) &&
    matches(rule.model ?? '*', model) &&
    matches(rule.prompt ?? '*', prompt)
  );
}
