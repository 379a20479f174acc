/** PUT /v1/admin/overrides/{scope}/{key+}: what an operator sends, and what is answered. */
import * as z from 'zod';
import { OVERRIDE_MODES, type OverrideMode } from '../words.ts';
import { type Fault, faultsOf } from './faults.ts';

const LONGEST_SECONDS = 30 * 86_400;
/** For whoever names no end: long enough for an incident, too short to be forgotten for days. */
const DEFAULT_SECONDS = 3_600;

export const overrideRequest = z.strictObject({
  mode: z
    .enum(OVERRIDE_MODES)
    .describe(
      '`force-open`: no call · `force-closed`: every call, none is counted · `observe`: counts, never blocks.',
    ),
  reason: z.string().trim().min(1).max(256).describe('For whoever finds it later.'),
  expiresAt: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('At most 30 days ahead; an hour ahead if no end is given.'),
  expiresInSeconds: z
    .number()
    .positive()
    .max(LONGEST_SECONDS)
    .optional()
    .describe('Instead of `expiresAt`.'),
});

/** An override in force. Times in ISO 8601, UTC. */
export const overrideView = z.object({
  scope: z.string().describe('`target`, `profile`, `model` or `region`.'),
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

export type ParsedOverride =
  | { readonly valid: true; readonly request: OverrideRequest }
  | { readonly valid: false; readonly errors: readonly Fault[] };

export function parseOverrideRequest(value: unknown, nowMs: number): ParsedOverride {
  const parsed = overrideRequest.safeParse(value);
  if (!parsed.success) return { valid: false, errors: faultsOf(parsed.error, value) };
  const { mode, reason, expiresAt, expiresInSeconds } = parsed.data;
  if (expiresAt !== undefined && expiresInSeconds !== undefined) {
    return invalid('expiresInSeconds', 'either expiresAt or expiresInSeconds, one of them');
  }
  const seconds = expiresInSeconds ?? DEFAULT_SECONDS;
  const untilMs = expiresAt === undefined ? nowMs + seconds * 1000 : Date.parse(expiresAt);
  if (untilMs <= nowMs)
    return invalid('expiresAt', 'got a time in the past, allowed is a later one');
  if (untilMs > nowMs + LONGEST_SECONDS * 1000) {
    return invalid('expiresAt', 'allowed is a time within 30 days');
  }
  return { valid: true, request: { mode, reason, untilMs: Math.round(untilMs) } };
}

function invalid(field: string, detail: string): ParsedOverride {
  return { valid: false, errors: [{ field, detail }] };
}
