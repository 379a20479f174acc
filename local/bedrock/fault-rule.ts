/**
 * A fault as a user writes it, over the control endpoint, in a scenario file or in a test:
 *
 *     { "region": "us-east-1", "model": "*sonnet-4-5*", "fault": "throttle-minute" }
 *
 * A scenario is a list of them. `probability` makes any fault a brownout, `atSeconds` and
 * `forSeconds` make it come and go by itself, counted from the moment it is set.
 */
import { z } from 'zod';
import { OPERATIONS, type Operation } from './operation.ts';
import { matches } from './pattern.ts';

/** Faults without a number of their own; all but the last three are replies of `SERVICE_ERRORS`. */
export const SIMPLE_FAULTS = [
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
  /** The HTML page of a proxy in between. */
  'html-503',
  /** No answer, for as long as the caller waits. */
  'hang',
  /** The connection is dropped. */
  'reset',
] as const;

const positive = z.number('a number above 0').positive('a number above 0');
const pattern = z.string('a text in which * stands for anything').min(1, 'at least one character');

const when = {
  /** @default both */
  operation: z.enum(OPERATIONS, OPERATIONS.join(' or ')).optional(),
  /** A region, or a pattern. @default every region */
  region: pattern.optional(),
  /** A model or profile id, or a pattern. @default every model */
  model: pattern.optional(),
  /** The share of the calls that it meets. @default 1 */
  probability: positive.max(1, 'above 0 and at most 1').optional(),
  /** When it begins. @default at once */
  atSeconds: z.number('a number of seconds').min(0, 'at least 0').optional(),
  /** How long it lasts. @default until it is cleared */
  forSeconds: positive.optional(),
};

const faultRule = z
  .discriminatedUnion(
    'fault',
    [
      z.strictObject({ ...when, fault: z.enum(SIMPLE_FAULTS) }),
      z.strictObject({
        ...when,
        fault: z.literal('unavailable'),
        expectedQueueDelayInMs: positive.optional(),
      }),
      /** Any HTTP answer, also a 200, sent as it is. */
      z.strictObject({
        ...when,
        fault: z.literal('reply'),
        status: z.int('a status from 200 to 599').min(200, 'at least 200').max(599, 'at most 599'),
        headers: z.record(z.string(), z.string('a text')).optional(),
        body: z.string('a text').optional(),
      }),
      z.strictObject({ ...when, fault: z.literal('slow'), factor: positive }),
      z
        .strictObject({
          ...when,
          fault: z.literal('quota'),
          requestsPerMinute: positive.optional(),
          tokensPerMinute: positive.optional(),
          burndownRate: positive.optional(),
          minuteSeconds: positive.optional(),
        })
        .refine((quota) => (quota.requestsPerMinute ?? quota.tokensPerMinute) !== undefined, {
          path: ['requestsPerMinute'],
          message: 'a limit here or in tokensPerMinute',
        }),
    ],
    `one of ${[...SIMPLE_FAULTS, 'unavailable', 'reply', 'slow', 'quota'].join(', ')}`,
  )
  .readonly();

export type FaultRule = z.infer<typeof faultRule>;
export type Scenario = readonly FaultRule[];

/** Thrown for input that cannot be used; names the field, the value got and what is allowed. */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** One rule or a list of them, checked. */
export function parseFaultRules(input: unknown): Scenario {
  const list = Array.isArray(input) ? input : [input];
  const result = z.array(faultRule).safeParse(list);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new InputError(issue ? describe(issue, list, Array.isArray(input)) : 'not a fault');
}

/** What a rule may be about. */
export interface Called {
  readonly region: string;
  readonly model: string;
  readonly operation: Operation;
}

/** Whether the rule is about this call and its time has come, `sinceMs` after it was set. */
export function applies(
  rule: FaultRule,
  { region, model, operation }: Called,
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

function describe(issue: z.core.$ZodIssue, list: readonly unknown[], isList: boolean): string {
  const inRule = issue.path.slice(1).join('.');
  const field = isList ? [`[${String(issue.path[0])}]`, inRule].filter(Boolean).join('.') : inRule;
  if (issue.code === 'unrecognized_keys') return `${issue.keys.join(', ')}: no such field`;
  const value = issue.path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    list,
  );
  const got = value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
  return `${field || 'fault'}: got ${got}, allowed is ${issue.message}`;
}
