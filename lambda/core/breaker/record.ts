import type { BreakerPolicy } from '../../contract/policy.ts';
import { isoTime } from '../clock.ts';
import { type Circuit, type Lease, type Open, opensOf } from './circuit.ts';
import type { StoredRecord } from './circuit-store.ts';
import { EVIDENCE_RULES, type Evidence } from './events.ts';
import { fromRampRecord, isShare, toRampRecord } from './ramp-record.ts';
import { isObject, timeOf } from './record-fields.ts';
import { timingOf } from './timing.ts';

/**
 * Returns the circuit as a store keeps it: flat, with times in ISO 8601, so that a person can read it
 * in the AWS console. Fields that a state does not have are absent.
 */
export function toRecord(circuit: Circuit): StoredRecord {
  const { state, version, epoch, sinceMs, writer } = circuit;
  const common = { state, version, epoch, since: isoTime(sinceMs), writer };
  switch (circuit.state) {
    case 'CLOSED': {
      const { seededSuccesses, wouldOpenUntilMs, ramp } = circuit;
      const observed = wouldOpenUntilMs ? { wouldOpenUntil: isoTime(wouldOpenUntilMs) } : {};
      const ramped = ramp ? { ramp: toRampRecord(ramp) } : {};
      return { ...common, opens: 0, seededSuccesses, ...observed, ...ramped };
    }
    case 'OPEN': {
      const { opens, untilMs, probeAtMs, evidence } = circuit;
      const probe = probeAtMs === undefined ? {} : { probeAt: isoTime(probeAtMs) };
      const times = { until: isoTime(untilMs), ...probe };
      return { ...common, opens, ...times, ...capacityOf(circuit), reason: evidence };
    }
    case 'HALF_OPEN': {
      const { opens, stage, succeeded, evidence } = circuit;
      const leases = circuit.leases.map(({ id, untilMs, expiries }) => ({
        id,
        until: isoTime(untilMs),
        expiries,
      }));
      const recovery = { stage, succeeded, leases };
      return { ...common, opens, ...recovery, ...capacityOf(circuit), reason: evidence };
    }
    default:
      return circuit satisfies never;
  }
}

/** Returns the circuit in a record, or `undefined` if `toRecord` cannot have written the record. */
export function fromRecord(record: unknown): Circuit | undefined {
  if (!isObject(record)) return undefined;
  const { version, epoch, writer } = record;
  const sinceMs = timeOf(record.since);
  if (!isCount(version) || version === 0 || !isCount(epoch) || sinceMs === undefined) {
    return undefined;
  }
  if (typeof writer !== 'string') return undefined;
  const common = { version, epoch, sinceMs, writer };
  switch (record.state) {
    case 'CLOSED': {
      const { seededSuccesses } = record;
      if (!isCount(seededSuccesses)) return undefined;
      const wouldOpenUntilMs = timeOf(record.wouldOpenUntil);
      const observed = wouldOpenUntilMs === undefined ? {} : { wouldOpenUntilMs };
      const ramp = fromRampRecord(record.ramp);
      if (record.ramp !== undefined && !ramp) return undefined;
      return { state: 'CLOSED', ...common, seededSuccesses, ...observed, ...(ramp && { ramp }) };
    }
    case 'OPEN': {
      const { opens, reason } = record;
      const untilMs = timeOf(record.until);
      if (!isCount(opens) || !isEvidence(reason) || untilMs === undefined) return undefined;
      if (!isCapacity(record)) return undefined;
      const probeAtMs = timeOf(record.probeAt);
      const probe = probeAtMs === undefined ? {} : { probeAtMs };
      const time = { untilMs, ...probe };
      return { state: 'OPEN', ...common, opens, ...time, ...capacityOf(record), evidence: reason };
    }
    case 'HALF_OPEN': {
      const { opens, stage, succeeded, reason } = record;
      const leases = leasesOf(record.leases);
      if (!isCount(opens) || !isCount(stage) || !isCount(succeeded)) return undefined;
      if (!isEvidence(reason) || !leases || !isCapacity(record)) return undefined;
      const recovery = { stage, succeeded, leases, ...capacityOf(record) };
      return { state: 'HALF_OPEN', ...common, opens, ...recovery, evidence: reason };
    }
    default:
      return undefined;
  }
}

/**
 * Returns the circuit to use instead of an unreadable record: OPEN for one cooldown after the
 * worker first saw the record. The recovery that follows overwrites the record. Version and epoch
 * continue from the values that can still be read.
 */
export function unreadableCircuit(
  record: unknown,
  firstSeenMs: number,
  policy: BreakerPolicy,
): Open {
  const { version, epoch } = isObject(record) ? record : {};
  return {
    state: 'OPEN',
    version: countOr(version, 1),
    epoch: Math.max(countOr(epoch, 0), Math.floor(firstSeenMs / 1000)),
    sinceMs: firstSeenMs,
    writer: '',
    untilMs: firstSeenMs + timingOf(policy).cooldownMs,
    opens: 1,
    evidence: { rule: 'unreadable', calls: 0, failures: 0 },
  };
}

/**
 * Returns the circuit that a worker uses on its own while the store is unavailable: the circuit as
 * the worker last saw it. Workers share the permits of a recovery, so a worker on its own uses OPEN
 * for one cooldown instead of HALF_OPEN.
 */
export function circuitWithoutStore(
  circuit: Circuit,
  nowMs: number,
  policy: BreakerPolicy,
): Circuit {
  if (circuit.state !== 'HALF_OPEN') return circuit;
  const { version, epoch, writer } = circuit;
  return {
    state: 'OPEN',
    version: version + 1,
    epoch: epoch + 1,
    sinceMs: nowMs,
    writer,
    untilMs: nowMs + timingOf(policy).cooldownMs,
    opens: opensOf(circuit),
    evidence: { rule: 'store-lost', calls: 0, failures: 0 },
  };
}

function isCapacity({ capacityShare }: { readonly capacityShare?: unknown }): boolean {
  return capacityShare === undefined || isShare(capacityShare);
}

function capacityOf({ capacityShare }: { readonly capacityShare?: unknown }) {
  return isShare(capacityShare) ? { capacityShare } : {};
}

function leasesOf(value: unknown): Lease[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const leases = value.map(leaseOf).filter((lease) => lease !== undefined);
  return leases.length === value.length ? leases : undefined;
}

function leaseOf(value: unknown): Lease | undefined {
  if (!isObject(value)) return undefined;
  const { id, expiries } = value;
  const untilMs = timeOf(value.until);
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

function countOr(value: unknown, otherwise: number): number {
  return isCount(value) && value > 0 ? value : otherwise;
}
