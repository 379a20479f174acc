import { Checkpoint, finalStateOf, type Segment } from './checkpoints.ts';
import type { Fault, FaultPoint } from './faults.ts';
import type { FinalState, RunResult } from './run-result.ts';

/** The faults of each place: those of a run's first fault, then those of its second one. */
type FaultsByPlace = readonly (readonly Fault[])[];

/** Yields every run from this checkpoint with at least one fault, and at most one for each place. */
export async function* faultyRuns(
  checkpoint: Checkpoint,
  faults: FaultsByPlace,
): AsyncGenerator<RunResult> {
  let calls = 0;
  let at: Checkpoint | FinalState = checkpoint;
  while (at instanceof Checkpoint) {
    const faultless: Segment = await at.next([]);
    const results = runsWithin({ checkpoint: at, segment: faultless, points: [] }, faults);
    for await (const result of results) yield shifted(result, calls);
    calls += faultless.calls;
    at = faultless.to;
  }
}

interface Prefix {
  readonly checkpoint: Checkpoint;
  /** The segment from the checkpoint with the faults at `points`. */
  readonly segment: Segment;
  readonly points: readonly FaultPoint[];
}

/** Yields the runs whose next fault comes after `points` and before the segment's end. */
async function* runsWithin(
  { checkpoint, segment, points: before }: Prefix,
  [first = [], ...later]: FaultsByPlace,
): AsyncGenerator<RunResult> {
  for (let n = (before.at(-1)?.n ?? 0) + 1; n <= segment.calls; n++) {
    for (const fault of first) {
      const points = [...before, { n, fault }];
      const faulty = await checkpoint.next(points);
      const { injected, calls, to } = faulty;
      yield { ...(await finalStateOf(to)), injected };
      if (later.length === 0) continue;
      yield* runsWithin({ checkpoint, segment: faulty, points }, later);
      if (!(to instanceof Checkpoint)) continue;
      for await (const result of faultyRuns(to, later)) {
        yield { ...result, injected: [...injected, ...shifted(result, calls).injected] };
      }
    }
  }
}

/** Adds `calls` to the call numbers of the faults, for a run that starts after this many calls. */
function shifted(result: RunResult, calls: number): RunResult {
  const injected = result.injected.map((each) => ({ ...each, n: each.n + calls }));
  return { ...result, injected };
}
