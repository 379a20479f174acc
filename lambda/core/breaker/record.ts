import { isoTime } from '../clock.ts';
import type { Circuit, Evidence, Lease } from './circuit.ts';
import { EVIDENCE_RULES } from './circuit.ts';
import type { StoredRecord } from './circuit-store.ts';

/**
 * The circuit as it lies in a store: flat, times in ISO 8601, so that a person reads it in the
 * console. Fields that a state does not have are absent.
 */
export function toRecord(circuit: Circuit): StoredRecord {
  const { state, version, epoch, sinceMs, writer } = circuit;
  const written = { state, version, epoch, since: isoTime(sinceMs), writer };
  switch (circuit.state) {
    case 'CLOSED': {
      const { seededSuccesses, wouldOpenUntilMs } = circuit;
      const observed = wouldOpenUntilMs ? { wouldOpenUntil: isoTime(wouldOpenUntilMs) } : {};
      return { ...written, opens: 0, seededSuccesses, ...observed };
    }
    case 'OPEN': {
      const { opens, untilMs, evidence } = circuit;
      return { ...written, opens, until: isoTime(untilMs), reason: evidence };
    }
    case 'HALF_OPEN': {
      const { opens, stage, succeeded, evidence } = circuit;
      const leases = circuit.leases.map(({ id, untilMs, expiries }) => ({
        id,
        until: isoTime(untilMs),
        expiries,
      }));
      return { ...written, opens, stage, succeeded, leases, reason: evidence };
    }
    default:
      return circuit satisfies never;
  }
}

/** `undefined` for anything that `toRecord` would not have written. */
export function fromRecord(record: unknown): Circuit | undefined {
  if (!isObject(record)) return undefined;
  const { version, epoch, writer } = record;
  const sinceMs = time(record.since);
  if (!isCount(version) || version === 0 || !isCount(epoch) || sinceMs === undefined)
    return undefined;
  if (typeof writer !== 'string') return undefined;
  const written = { version, epoch, sinceMs, writer };
  switch (record.state) {
    case 'CLOSED': {
      const { seededSuccesses } = record;
      if (!isCount(seededSuccesses)) return undefined;
      const wouldOpenUntilMs = time(record.wouldOpenUntil);
      const observed = wouldOpenUntilMs === undefined ? {} : { wouldOpenUntilMs };
      return { state: 'CLOSED', ...written, seededSuccesses, ...observed };
    }
    case 'OPEN': {
      const { opens, reason } = record;
      const untilMs = time(record.until);
      if (!isCount(opens) || !isEvidence(reason) || untilMs === undefined) return undefined;
      return { state: 'OPEN', ...written, opens, untilMs, evidence: reason };
    }
    case 'HALF_OPEN': {
      const { opens, stage, succeeded, reason } = record;
      const leases = leasesOf(record.leases);
      if (!isCount(opens) || !isCount(stage) || !isCount(succeeded)) return undefined;
      if (!isEvidence(reason) || !leases) return undefined;
      return { state: 'HALF_OPEN', ...written, opens, stage, succeeded, leases, evidence: reason };
    }
    default:
      return undefined;
  }
}

function leasesOf(value: unknown): Lease[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const leases = value.map(leaseOf).filter((lease) => lease !== undefined);
  return leases.length === value.length ? leases : undefined;
}

function leaseOf(value: unknown): Lease | undefined {
  if (!isObject(value)) return undefined;
  const { id, expiries } = value;
  const untilMs = time(value.until);
  if (typeof id !== 'string' || !isCount(expiries) || untilMs === undefined) return undefined;
  return { id, untilMs, expiries };
}

function isEvidence(value: unknown): value is Evidence {
  if (!isObject(value)) return false;
  const { rule, calls, failures } = value;
  return EVIDENCE_RULES.some((known) => known === rule) && isCount(calls) && isCount(failures);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function time(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}
