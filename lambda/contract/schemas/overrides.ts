/** The request and the response of PUT /v1/admin/overrides/{scope}/{key+}. */
import * as z from 'zod';
import { OVERRIDE_MODES, OVERRIDE_SCOPES, type OverrideMode } from '../words.ts';
import { invalid, type Parsed, parse } from './faults.ts';

const LONGEST_DAYS = 30;
const LONGEST_SECONDS = LONGEST_DAYS * 86_400;
/**
 * The default duration of an override: long enough for most incidents, and short enough that a
 * forgotten override does not last for days.
 */
const DEFAULT_SECONDS = 3_600;

/** Logs and terminals show the reason. A control character could make it look like another line. */
const ONE_PLAIN_LINE = /^[^\p{Cc}\p{Zl}\p{Zp}]*$/u;

export const overrideRequest = z.strictObject({
  mode: z
    .enum(OVERRIDE_MODES)
    .describe(
      '`force-open`: blocks every call. `force-closed`: allows every call and counts none. `observe`: counts calls and blocks none.',
    ),
  reason: z
    .string()
    .trim()
    .min(1)
    .max(256)
    .regex(ONE_PLAIN_LINE, 'a text without line breaks and control characters')
    .describe('Tells other operators why the override exists.'),
  expiresAt: z.iso
    .datetime({ offset: true, error: 'an ISO 8601 time such as 2026-12-01T12:00:00Z' })
    .optional()
    .describe(
      'At most 30 days from now. If the request sets no end, the override ends after one hour.',
    ),
  expiresInSeconds: z
    .number()
    .positive()
    .max(LONGEST_SECONDS)
    .optional()
    .describe('An alternative to `expiresAt`: at most 30 days.'),
});

/** An override in force. Times are ISO 8601 in UTC. */
export const overrideView = z.object({
  scope: z.string().describe(`One of ${OVERRIDE_SCOPES.join(', ')}.`),
  key: z.string(),
  mode: z.enum(OVERRIDE_MODES),
  reason: z.string(),
  actor: z.string().describe('The IAM principal that set it.'),
  since: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
});
export type OverrideView = z.infer<typeof overrideView>;

export interface OverrideRequest {
  readonly mode: OverrideMode;
  readonly reason: string;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

export function parseOverrideRequest(body: unknown, nowMs: number): Parsed<OverrideRequest> {
  const parsed = parse(overrideRequest, body);
  if (!parsed.valid) return parsed;
  const { mode, reason, expiresAt, expiresInSeconds } = parsed.value;
  if (expiresAt !== undefined && expiresInSeconds !== undefined) {
    const detail = 'got expiresAt and expiresInSeconds, allowed is only one of them';
    return invalid('expiresInSeconds', detail);
  }
  const seconds = expiresInSeconds ?? DEFAULT_SECONDS;
  const untilMs = expiresAt === undefined ? nowMs + seconds * 1000 : Date.parse(expiresAt);
  if (untilMs <= nowMs || untilMs > nowMs + LONGEST_SECONDS * 1000) {
    const allowed = `allowed is a time within the next ${LONGEST_DAYS} days`;
    return invalid('expiresAt', `got ${expiresAt}, ${allowed}`);
  }
  return { valid: true, value: { mode, reason, untilMs: Math.round(untilMs) } };
}
