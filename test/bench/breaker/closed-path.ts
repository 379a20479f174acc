import { createBreaker } from '../../../lambda/breaker.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { KEY } from '../../support/fleet.ts';
import { median } from '../../support/median.ts';
import { type Call, nanosecondsPer, target } from './call-time.ts';

interface Contender {
  readonly name: string;
  readonly call: Call;
}

const ROUNDS = 61;
const CALLS_PER_ROUND = 40_000;

/**
 * Prints the time of a call through a closed circuit, for Holdfast and for other breakers. The
 * breakers take turns in short rounds, and figures are compared within a round, so a busy machine
 * slows all of them alike.
 */
export async function timeClosedPath(): Promise<void> {
  const guard = createBreaker({ store: new MemoryCircuitStore(Date.now) });
  const contenders: readonly Contender[] = [
    { name: 'no breaker', call: target },
    { name: 'holdfast: call', call: () => guard.call(KEY, target) },
    { name: 'holdfast: admit + settle', call: () => admitAndSettle(guard) },
    ...(await otherBreakers()),
  ];
  const rounds: number[][] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const times: number[] = [];
    for (const { call } of contenders) times.push(await nanosecondsPer(call, CALLS_PER_ROUND));
    rounds.push(times);
  }
  console.log(`Time of a call through a closed circuit, without I/O (memory store).
Medians of ${ROUNDS} rounds of ${CALLS_PER_ROUND.toLocaleString('en')} calls, in nanoseconds. "Overhead" is the time above a call without a
breaker. "Ratio" is the time of "holdfast: call" divided by this row's time: below 1, Holdfast is faster.`);
  console.table(rowsOf(contenders, rounds));
}

function rowsOf(contenders: readonly Contender[], rounds: readonly (readonly number[])[]) {
  const medianOf = (figure: (own: number, bare: number, holdfast: number) => number, i: number) =>
    median(rounds.map((times) => figure(times[i] ?? 0, times[0] ?? 0, times[1] ?? 0)));
  return Object.fromEntries(
    contenders.map(({ name }, i) => [
      name,
      {
        'ns per call': Math.round(medianOf((own) => own, i)),
        'overhead ns': Math.round(medianOf((own, bare) => own - bare, i)),
        'ratio of calls': medianOf((own, _, holdfast) => holdfast / own, i).toFixed(2),
        'ratio of overheads':
          i === 0
            ? '-'
            : medianOf((own, bare, holdfast) => (holdfast - bare) / (own - bare), i).toFixed(2),
      },
    ]),
  );
}

async function admitAndSettle(guard: ReturnType<typeof createBreaker>): Promise<number> {
  const pending = guard.admit(KEY);
  const admission = pending instanceof Promise ? await pending : pending;
  const result = await target();
  if (admission.admitted) admission.permit.settle({ kind: 'success' });
  return result;
}

async function otherBreakers(): Promise<readonly Contender[]> {
  const cockatiel = await load('cockatiel');
  const opossum = await load('opossum');
  const found: Contender[] = [];
  if (cockatiel) {
    const { circuitBreaker, handleAll, SamplingBreaker, ConsecutiveBreaker } = cockatiel;
    const breakerOf = (breaker: unknown) =>
      circuitBreaker(handleAll, { halfOpenAfter: 60_000, breaker });
    const sampling = breakerOf(new SamplingBreaker({ threshold: 0.3, duration: 60_000 }));
    const consecutive = breakerOf(new ConsecutiveBreaker(5));
    found.push({ name: 'cockatiel: sampling', call: () => sampling.execute(target) });
    found.push({ name: 'cockatiel: consecutive', call: () => consecutive.execute(target) });
  }
  if (opossum) {
    const breaker = new opossum.default(target, { timeout: false });
    found.push({ name: 'opossum', call: () => breaker.fire() });
  }
  return found;
}

async function load(name: string) {
  try {
    return await import(name);
  } catch {
    console.log(`${name} is not installed, so it is not measured`);
    return undefined;
  }
}
