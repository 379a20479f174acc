import { z } from 'zod';
import { COMMON_FIELDS } from './fault-fields.ts';
import { type FaultPreset, PRESETS } from './fault-presets.ts';
import { type FaultName, RULE_VARIANTS } from './fault-rule.ts';
import { SERVICE_ERRORS, type ServiceErrorKind } from './service-error.ts';

/** The JSON Schema of each field, with a `description` and, if the field is a number, a `unit`. */
type FieldSchemas = Readonly<Record<string, z.core.JSONSchema._JSONSchema>>;

export interface FaultDescriptions {
  /** The fields that every rule may have beside `fault`. */
  readonly fields: FieldSchemas;
  readonly faults: readonly FaultDescription[];
  readonly presets: readonly FaultPreset[];
}

export interface FaultDescription {
  /** The value of a rule's field `fault`. */
  readonly fault: FaultName;
  /** The effect on a call, for people. */
  readonly effect: string;
  /** The fields that only this fault has. */
  readonly fields: FieldSchemas;
  /** The names of the fields above that a rule must have. */
  readonly required: readonly string[];
}

const OTHER_EFFECTS: Readonly<Record<Exclude<FaultName, ServiceErrorKind>, string>> = {
  'html-503': 'HTTP 503 with an HTML page, as from a proxy between the caller and the service.',
  hang: 'No answer until the caller gives up.',
  reset: 'The connection is dropped without an answer.',
  reply: 'The HTTP reply that the fields of the rule describe, sent at once.',
  stall:
    'The model stops after some tokens and sends nothing more until the caller leaves. Converse gives no answer.',
  'stream-error':
    'The model stops after some tokens with an error event, inside the HTTP 200 of the stream. Converse then sends the HTTP error that means the same.',
  'stream-reset':
    'The connection is dropped after some tokens. With Converse, it is dropped without an answer.',
  slow: 'The usual answer, after a multiple of its latency: both the first token and the others.',
  'slow-tokens':
    'The usual time to the first token, then a fraction of the usual speed. Converse answers later.',
  'long-answer': 'An answer of this length, cut at maxTokens. Its text is numbered lines.',
  quota:
    'Real quotas for Converse and ConverseStream. A call holds its input and maxTokens when it starts, and is charged for its use when it ends. Calls beyond a quota fail like throttle-rate (requests), throttle-minute (tokens) or throttle-day. At least one of requestsPerMinute, tokensPerMinute and tokensPerDay is required.',
};

/** Describes the fields of a rule, every fault and the presets, for people and for a console. */
export function describeFaults(): FaultDescriptions {
  return {
    fields: schemasOf(z.strictObject(COMMON_FIELDS)).properties,
    faults: RULE_VARIANTS.flatMap((variant) => {
      const { properties, required } = schemasOf(variant);
      const isOwn = (field: string) => field !== 'fault' && !(field in COMMON_FIELDS);
      return variant.shape.fault.options.map((fault: FaultName) => ({
        fault,
        effect: effectOf(fault),
        fields: Object.fromEntries(Object.entries(properties).filter(([field]) => isOwn(field))),
        required: required.filter(isOwn),
      }));
    }),
    presets: PRESETS,
  };
}

function schemasOf(variant: z.ZodObject) {
  const { properties = {}, required = [] } = z.toJSONSchema(variant);
  return { properties, required };
}

function effectOf(fault: FaultName): string {
  if (!isServiceError(fault)) return OTHER_EFFECTS[fault];
  const { status, name, message } = SERVICE_ERRORS[fault];
  return `HTTP ${status} ${name}: ${message}`;
}

function isServiceError(fault: FaultName): fault is FaultName & ServiceErrorKind {
  return fault in SERVICE_ERRORS;
}
