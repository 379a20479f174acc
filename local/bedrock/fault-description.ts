import { z } from 'zod';
import { COMMON_FIELDS, type FaultName, RULE_VARIANTS, type Scenario } from './fault-rule.ts';
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

/** Rules that are ready to be sent. */
export interface FaultPreset {
  readonly name: string;
  readonly description: string;
  readonly rules: Scenario;
}

/** Presets for the default chain, whose first model is Claude Sonnet 4.5. */
const PRESETS: readonly FaultPreset[] = [
  {
    name: 'throttled-model',
    description: 'Claude Sonnet 4.5 is throttled in every region.',
    rules: [{ model: '*sonnet-4-5*', fault: 'throttle-minute' }],
  },
  {
    name: 'hanging-model',
    description: 'Claude Sonnet 4.5 gives no answer in any region.',
    rules: [{ model: '*sonnet-4-5*', fault: 'hang' }],
  },
  {
    name: 'lost-region',
    description: 'The network drops every connection to us-east-1.',
    rules: [{ region: 'us-east-1', fault: 'reset' }],
  },
  {
    name: 'brownout',
    description: '30 % of all calls fail.',
    rules: [{ fault: 'internal-error', probability: 0.3 }],
  },
  {
    name: 'small-quota',
    description: 'Every target accepts 30 requests per minute.',
    rules: [{ fault: 'quota', requestsPerMinute: 30 }],
  },
  {
    name: 'total-outage',
    description: 'Every call to every model fails for one minute.',
    rules: [{ fault: 'unavailable', forSeconds: 60 }],
  },
];

const OTHER_EFFECTS: Readonly<Record<Exclude<FaultName, ServiceErrorKind>, string>> = {
  'html-503': 'HTTP 503 with an HTML page, as from a proxy between the caller and the service.',
  hang: 'No answer until the caller gives up.',
  reset: 'The connection is dropped without an answer.',
  reply: 'The HTTP reply that the fields of the rule describe, sent at once.',
  slow: 'The usual answer, after a multiple of its latency.',
  quota:
    'Each target has its own quota of this size for Converse. Calls beyond it fail like throttle-rate (requests) or throttle-minute (tokens). At least one of the two limits is required.',
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
