/**
 * Visits every state of a small system: two workers, one circuit, stages of 1 and 2. Each worker loads
 * and then saves. In between, the other worker may save, time may pass, a response may be lost, or
 * the worker may crash. The call of a recovery may have a first token, succeed while it goes on, and
 * break at any time. The transitions are the real ones. The rest is abstracted to keep the
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
const FAILED = { failure: 'broken-stream', slow: false, retryAfterMs: 0 } as const;
const EVIDENCE = { rule: 'rate', calls: 0, failures: 0 } as const;

type Doing =
  | { readonly at: 'rest' }
  /** A call, admitted by a closed circuit or by the worker's lease. */
  | { readonly at: 'call'; readonly isLeased: boolean; readonly isCurrent: boolean }
  /** A call of a recovery that has had its first token. */
  | Streaming
  /** A change that will be saved on top of the loaded record. */
  | { readonly at: 'save'; readonly intent: Intent; readonly isFresh: boolean };

interface Streaming {
  readonly at: 'streaming';
  readonly isSettled: boolean;
  readonly isCurrent: boolean;
}

type Intent =
  | { readonly type: 'claim' }
  | { readonly type: 'trip' | 'break'; readonly isCurrent: boolean }
  | {
      readonly type: 'settle';
      readonly isCurrent: boolean;
      readonly kind: ProbeResult['kind'];
      /** True if the stream has run for the stall limit and goes on. */
      readonly goesOn: boolean;
    };

interface World {
  readonly circuit: Circuit;
  readonly workers: readonly Doing[];
}

describe('a small system', () => {
  const { worlds, edges } = explore();

  test('has 36,376 states, each of them visited', () => {
    expect(worlds.size).toBe(36_376);
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
    const closing = edges.filter(
      ({ from, to }) => to.circuit.state === 'CLOSED' && from.circuit.state !== 'CLOSED',
    );
    const before = new Set(closing.map(({ from }) => describeStage(from.circuit)));

    expect([...before]).toEqual(['HALF_OPEN 1 with 1 success']);
  });

  test('73. begins an epoch with each change of state and with nothing else', () => {
    const wrong = edges.filter(
      ({ from, to, began }) => began !== (from.circuit.state !== to.circuit.state),
    );

    expect(wrong).toEqual([]);
  });

  test('75. leaves OPEN only when its cooldown is over, for a recovery', () => {
    const leaving = edges.flatMap(({ from: { circuit }, to }) =>
      circuit.state === 'OPEN' && to.circuit.state !== 'OPEN' ? [{ circuit, to }] : [],
    );

    expect(new Set(leaving.map(({ circuit }) => circuit.untilMs))).toEqual(new Set([NOW_MS]));
    expect(new Set(leaving.map(({ to }) => nameOf(to.circuit)))).toEqual(new Set(['HALF_OPEN 0']));
  });

  test('80. goes on with no recovery once one of its streams breaks', () => {
    const breaking = [...worlds.values()].flatMap(({ circuit, workers }) =>
      workers.flatMap((doing) =>
        doing.at === 'save' && doing.intent.type === 'break' ? [{ circuit, ...doing.intent }] : [],
      ),
    );
    const wrong = breaking.filter(({ circuit, ...intent }) => {
      const { state } = transition(circuit, changeOf(intent, 0), contextOf(0)).circuit;
      const opens = circuit.state === 'HALF_OPEN' && intent.isCurrent;
      return state !== (opens ? 'OPEN' : circuit.state);
    });

    expect(breaking.length).toBeGreaterThan(0);
    expect(wrong).toEqual([]);
  });

  test('77. can be closed from every state', () => {
    const before = new Map<World, World[]>();
    for (const { from, to } of edges) {
      const known = before.get(to);
      if (known) known.push(from);
      else before.set(to, [from]);
    }
    const canClose = new Set<World>();
    const queue = [...worlds.values()].filter(({ circuit }) => circuit.state === 'CLOSED');
    for (let world = queue.pop(); world; world = queue.pop()) {
      if (canClose.has(world)) continue;
      canClose.add(world);
      queue.push(...(before.get(world) ?? []));
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
  const worlds = new Map<string, World>();
  const queue: World[] = [];
  /** Returns the one object for the state, and visits the state if it is new. */
  const visit = (next: World): World => {
    const world = canonical(next);
    const key = JSON.stringify(world);
    const known = worlds.get(key);
    if (known) return known;
    worlds.set(key, world);
    queue.push(world);
    return world;
  };
  visit({ circuit: ABSENT, workers: [{ at: 'rest' }, { at: 'rest' }] });
  const edges: Edge[] = [];
  for (let from = queue.pop(); from; from = queue.pop()) {
    for (const next of successors(from)) {
      edges.push({ from, to: visit(next), began: next.circuit.epoch !== from.circuit.epoch });
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
      const ends = kinds.map((kind) => settle(isCurrent, kind, false));
      const token = now({ at: 'streaming', isSettled: false, isCurrent });
      return [crash, token, ...ends.map((intent) => now(save(intent)))];
    }
    case 'streaming': {
      const { isCurrent, isSettled } = doing;
      const broken: Intent = { type: 'break', isCurrent };
      const ends: Intent[] = isSettled
        ? [broken]
        : [broken, settle(isCurrent, 'success', true), settle(isCurrent, 'ignored', false)];
      const done = isSettled ? [now({ at: 'rest' })] : [];
      return [orphaned(world, worker), ...done, ...ends.map((intent) => now(save(intent)))];
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

function settle(isCurrent: boolean, kind: ProbeResult['kind'], goesOn: boolean): Intent {
  return { type: 'settle', isCurrent, kind, goesOn };
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
    case 'break':
      return { type: 'break', epoch: epochOf(intent), failure: FAILED };
    case 'settle': {
      const { kind } = intent;
      const result: ProbeResult = kind === 'failure' ? { kind, ...FAILED } : { kind };
      return { type: 'settle', epoch: epochOf(intent), leaseId: leaseOf(worker), result };
    }
    default:
      return intent satisfies never;
  }
}

function after(intent: Intent, circuit: Circuit, worker: number): Doing {
  const holds =
    circuit.state === 'HALF_OPEN' && circuit.leases.some(({ id }) => id === leaseOf(worker));
  if (intent.type === 'settle' && intent.goesOn) {
    const isCurrent = intent.isCurrent && circuit.epoch === EPOCH;
    return { at: 'streaming', isSettled: true, isCurrent };
  }
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
    if (doing.at === 'call' || doing.at === 'streaming') return aged(doing);
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

function describeStage(circuit: Circuit): string {
  const succeeded = circuit.state === 'HALF_OPEN' ? circuit.succeeded : 0;
  return `${nameOf(circuit)} with ${succeeded} success`;
}

function nameOf(circuit: Circuit): string {
  return circuit.state === 'HALF_OPEN' ? `HALF_OPEN ${circuit.stage}` : circuit.state;
}
