/**
 * Visits every state of a small system: two workers, one circuit, stages of 1 and 2. Each worker loads
 * and then saves. In between, the other worker may save, time may pass, a response may be lost, or
 * the worker may crash. The transitions are the real ones. The rest is abstracted to keep the
 * number of states finite: times are relative to now, and an epoch or a version either equals the
 * record's or not.
 */
import { describe, expect, test } from '@jest/globals';
import { decideAdmission } from '../../../lambda/core/breaker/admission.ts';
import {
  ABSENT,
  type Circuit,
  type Lease,
  permitsOf,
} from '../../../lambda/core/breaker/circuit.ts';
import type { ProbeResult } from '../../../lambda/core/breaker/permit.ts';
import { type CircuitAction, transition } from '../../../lambda/core/breaker/transition.ts';
import { aPolicy } from '../../support/fleet.ts';

const NOW_MS = 1_000_000_000;
const TICK_MS = 1_000;
/** The cooldown and the lease each last 2 ticks. */
const POLICY = aPolicy({ recoveryStages: [1, 2], cooldownSeconds: 2 });
const LEASE_MS = 2 * TICK_MS;
const EPOCH = 500;
const EVIDENCE = { rule: 'rate', calls: 0, failures: 0 } as const;

type Doing =
  | { readonly at: 'rest' }
  /** A call, admitted by a closed circuit or by the worker's lease. */
  | { readonly at: 'call'; readonly isLeased: boolean; readonly isCurrent: boolean }
  /** A change that will be saved on top of the loaded record. */
  | { readonly at: 'save'; readonly intent: Intent; readonly isFresh: boolean };

type Intent =
  | { readonly type: 'claim' }
  | { readonly type: 'trip'; readonly isCurrent: boolean }
  | { readonly type: 'settle'; readonly isCurrent: boolean; readonly kind: ProbeResult['kind'] };

interface World {
  readonly circuit: Circuit;
  readonly workers: readonly Doing[];
}

describe('a small system', () => {
  const { worlds, edges } = explore();

  test('has 15,382 states, each of them visited', () => {
    expect(worlds.size).toBe(15_382);
  });

  test('72. never has more live leases and successes than the stage has permits', () => {
    const crowded = [...worlds.values()].filter(({ circuit }) => {
      if (circuit.state !== 'HALF_OPEN') return false;
      const live = circuit.leases.filter(({ untilMs }) => untilMs > NOW_MS).length;
      return live + circuit.succeeded > permitsOf(circuit, POLICY);
    });

    expect(crowded).toEqual([]);
  });

  test('reaches every state and stage', () => {
    const reached = new Set([...worlds.values()].map(({ circuit }) => nameOf(circuit)));

    expect([...reached].sort()).toEqual(['CLOSED', 'HALF_OPEN 0', 'HALF_OPEN 1', 'OPEN']);
  });

  test('74. closes only from its last stage, with one success missing', () => {
    for (const { from, to } of edges) {
      if (nameOf(to.circuit) !== 'CLOSED' || nameOf(from.circuit) === 'CLOSED') continue;
      expect(from.circuit).toMatchObject({ state: 'HALF_OPEN', stage: 1, succeeded: 1 });
    }
  });

  test('73. begins an epoch with each change of state and with nothing else', () => {
    const wrong = edges.filter(
      ({ from, to, began }) => began !== (from.circuit.state !== to.circuit.state),
    );

    expect(wrong).toEqual([]);
  });

  test('75. leaves OPEN only when its cooldown is over, for a recovery', () => {
    for (const { from, to } of edges) {
      if (from.circuit.state !== 'OPEN' || to.circuit.state === 'OPEN') continue;
      expect(from.circuit.untilMs).toBe(NOW_MS);
      expect(nameOf(to.circuit)).toBe('HALF_OPEN 0');
    }
  });

  test('77. can be closed from every state', () => {
    const before = new Map<string, string[]>();
    for (const { from, to } of edges) {
      before.set(keyOf(to), [...(before.get(keyOf(to)) ?? []), keyOf(from)]);
    }
    const canClose = new Set<string>();
    const closed = [...worlds].filter(([, { circuit }]) => circuit.state === 'CLOSED');
    for (const queue = closed.map(([key]) => key); queue.length > 0; ) {
      const key = queue.pop() ?? '';
      if (canClose.has(key)) continue;
      canClose.add(key);
      queue.push(...(before.get(key) ?? []));
    }

    expect(canClose.size).toBe(worlds.size);
  });
});

interface Edge {
  readonly from: World;
  readonly to: World;
  readonly began: boolean;
}

function explore() {
  const first: World = { circuit: ABSENT, workers: [{ at: 'rest' }, { at: 'rest' }] };
  const worlds = new Map<string, World>();
  const edges: Edge[] = [];
  for (const queue = [canonical(first)]; queue.length > 0; ) {
    const from = queue.pop();
    if (!from || worlds.has(keyOf(from))) continue;
    worlds.set(keyOf(from), from);
    for (const next of successors(from)) {
      const to = canonical(next);
      edges.push({ from, to, began: next.circuit.epoch !== from.circuit.epoch });
      queue.push(to);
    }
  }
  return { worlds, edges };
}

function successors(world: World): World[] {
  const moves = world.workers.flatMap((doing, worker) => movesOf(world, doing, worker));
  return [...moves, tick(world)];
}

function movesOf(world: World, doing: Doing, worker: number): World[] {
  const now = (next: Doing, circuit = world.circuit) => withWorker(world, worker, next, circuit);
  const save = (intent: Intent): Doing => ({ at: 'save', intent, isFresh: true });
  switch (doing.at) {
    case 'rest': {
      const { circuit } = world;
      if (circuit.state === 'CLOSED') {
        return [now({ at: 'call', isLeased: false, isCurrent: true })];
      }
      const { type } = decideAdmission(circuit, NOW_MS, POLICY);
      return type === 'claim' ? [now(save({ type: 'claim' }))] : [];
    }
    case 'call': {
      const { isCurrent } = doing;
      const crash = orphaned(world, worker);
      if (!doing.isLeased)
        return [crash, now({ at: 'rest' }), now(save({ type: 'trip', isCurrent }))];
      const kinds = ['success', 'failure', 'ignored'] as const;
      return [crash, ...kinds.map((kind) => now(save({ type: 'settle', isCurrent, kind })))];
    }
    case 'save': {
      const crash = orphaned(world, worker);
      const reload = now({ ...doing, isFresh: true });
      if (!doing.isFresh) return [crash, reload];
      const next = transition(world.circuit, changeOf(doing.intent, worker), contextOf(worker));
      const saved = staleOthers(world, worker, next.circuit);
      const done = withWorker(
        saved,
        worker,
        after(doing.intent, next.circuit, worker),
        next.circuit,
      );
      const responseLost = withWorker(saved, worker, { ...doing, isFresh: false }, next.circuit);
      return next.circuit === world.circuit ? [crash, done] : [crash, done, responseLost];
    }
    default:
      return doing satisfies never;
  }
}

function changeOf(intent: Intent, worker: number): CircuitAction {
  switch (intent.type) {
    case 'claim':
      return {
        type: 'claim',
        claims: [{ id: leaseOf(worker), leaseMs: LEASE_MS, mayProbe: true }],
      };
    case 'trip':
      return { type: 'trip', epoch: epochOf(intent), evidence: EVIDENCE, retryAfterMs: 0 };
    case 'settle': {
      const { kind } = intent;
      const result: ProbeResult =
        kind === 'failure' ? { kind, slow: false, retryAfterMs: 0 } : { kind };
      return { type: 'settle', epoch: epochOf(intent), leaseId: leaseOf(worker), result };
    }
    default:
      return intent satisfies never;
  }
}

function after(intent: Intent, circuit: Circuit, worker: number): Doing {
  const holds =
    circuit.state === 'HALF_OPEN' && circuit.leases.some(({ id }) => id === leaseOf(worker));
  if (intent.type !== 'claim') return { at: 'rest' };
  return holds ? { at: 'call', isLeased: true, isCurrent: true } : { at: 'rest' };
}

function contextOf(worker: number) {
  const key = 'a/b';
  return { key, nowMs: NOW_MS, policy: POLICY, writer: `w${worker}`, jitter: 0.5 };
}

/** Marks as stale the records that others loaded and, after a new epoch, also their calls. */
function staleOthers(world: World, worker: number, circuit: Circuit): World {
  if (circuit === world.circuit) return world;
  const isSameEpoch = circuit.epoch === world.circuit.epoch;
  const aged = <Part extends { readonly isCurrent: boolean }>(part: Part): Part =>
    isSameEpoch ? part : { ...part, isCurrent: false };
  const workers = world.workers.map((doing, other): Doing => {
    if (doing.at === 'call') return aged(doing);
    if (doing.at === 'rest') return doing;
    const intent = doing.intent.type === 'claim' ? doing.intent : aged(doing.intent);
    return { at: 'save', intent, isFresh: doing.isFresh && other === worker };
  });
  return { circuit, workers };
}

function withWorker(world: World, worker: number, doing: Doing, circuit: Circuit): World {
  return { circuit, workers: world.workers.with(worker, doing) };
}

/** Replaces a crashed worker by a cold one. The lease of the crashed worker stays in the record. */
function orphaned(world: World, worker: number): World {
  const circuit = mapLeases(world.circuit, (lease) =>
    lease.id === leaseOf(worker) ? { ...lease, id: `orphan of ${worker}` } : lease,
  );
  return withWorker({ ...world, circuit }, worker, { at: 'rest' }, circuit);
}

function tick({ circuit, workers }: World): World {
  const earlier = (untilMs: number) => Math.max(NOW_MS, untilMs - TICK_MS);
  const leased = mapLeases(circuit, (lease) => ({ ...lease, untilMs: earlier(lease.untilMs) }));
  const ticked = leased.state === 'OPEN' ? { ...leased, untilMs: earlier(leased.untilMs) } : leased;
  return { circuit: ticked, workers };
}

/** Returns one state for all states that no rule can tell apart. */
function canonical({ circuit, workers }: World): World {
  const common = { version: 1, epoch: EPOCH, sinceMs: 0, writer: '' };
  switch (circuit.state) {
    case 'CLOSED':
      return { circuit: { state: 'CLOSED', ...common, seededSuccesses: 0 }, workers };
    case 'OPEN': {
      const { untilMs } = circuit;
      return {
        circuit: { state: 'OPEN', ...common, untilMs, opens: 1, evidence: EVIDENCE },
        workers,
      };
    }
    case 'HALF_OPEN': {
      const leases = circuit.leases
        .map((lease) => ({ ...lease, id: nameLease(lease, workers) }))
        .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
      const { stage, succeeded } = circuit;
      const recovery = { stage, succeeded, leases, opens: 1, evidence: EVIDENCE };
      return { circuit: { state: 'HALF_OPEN', ...common, ...recovery }, workers };
    }
    default:
      return circuit satisfies never;
  }
}

/** Returns the worker that holds the lease, or marks the lease as orphaned if no worker does. */
function nameLease({ id }: Lease, workers: readonly Doing[]): string {
  const doing = workers[Number(id.slice(1))];
  const isHeld = id.startsWith('w') && doing !== undefined && doing.at !== 'rest';
  return isHeld ? id : 'orphan';
}

function mapLeases(circuit: Circuit, convert: (lease: Lease) => Lease): Circuit {
  return circuit.state === 'HALF_OPEN'
    ? { ...circuit, leases: circuit.leases.map(convert) }
    : circuit;
}

function leaseOf(worker: number): string {
  return `w${worker}`;
}

function epochOf({ isCurrent }: { readonly isCurrent: boolean }): number {
  return isCurrent ? EPOCH : EPOCH - 1;
}

function nameOf(circuit: Circuit): string {
  return circuit.state === 'HALF_OPEN' ? `HALF_OPEN ${circuit.stage}` : circuit.state;
}

function keyOf(world: World): string {
  return JSON.stringify(world);
}
