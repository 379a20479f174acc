import { Checkpoints } from './checkpoints.ts';
import { type Fault, FaultPlan, type InjectedFault } from './faults.ts';
import { faultyRuns } from './faulty-runs.ts';
import type { Path } from './paths.ts';
import type { Platform } from './platform.ts';
import type { Tamper } from './processes.ts';
import { brokenPromises, type Promised } from './promises.ts';
import { runPath } from './run.ts';
import type { RunResult } from './run-result.ts';

/** A run that broke a promise, with everything that is needed to reproduce it. */
export interface Finding {
  readonly path: string;
  readonly injected: readonly InjectedFault[];
  readonly broken: readonly Promised[];
  readonly result: RunResult;
}

export interface Tally {
  readonly path: string;
  /** The number of calls on this path that a fault was injected into. */
  readonly points: number;
  readonly runs: number;
  /** The number of runs after which the job was in an end state. */
  readonly ended: number;
  /** The most extra model calls per fault in one run, compared with the run without faults. */
  readonly mostExtraCalls: number;
  /** The names of the calls that a fault was injected into, such as `worker: SQS SendMessage`. */
  readonly hit: ReadonlySet<string>;
  readonly findings: readonly Finding[];
  /** Every 101st run, which a test replays without checkpoints. */
  readonly sample: readonly RunResult[];
}

export interface Exploration {
  readonly platform: Platform;
  readonly path: Path;
  /** The most faults in one run. */
  readonly depth: 1 | 2;
  /** The faults that may follow a first one. @default all faults of the platform */
  readonly secondFaults?: readonly Fault[];
  readonly tamper?: Tamper;
  /** The number of findings after which the exploration stops. @default explores every run */
  readonly mostFindings?: number;
}

/** The interval of the sampled runs. It is prime, so that the sample contains every fault. */
const SAMPLED_EACH = 101;

/**
 * Simulates a path once for every call and every fault, and checks every promise after each run.
 * With depth 2, it also simulates every pair of calls with every pair of faults.
 */
export async function explore(exploration: Exploration): Promise<Tally> {
  const { platform, path, depth, tamper, mostFindings = Number.POSITIVE_INFINITY } = exploration;
  const { secondFaults = platform.faults } = exploration;
  const baseline = await runPath({ platform, path }, new FaultPlan());
  const findings: Finding[] = [];
  const sample: RunResult[] = [];
  const hit = new Set<string>();
  let [runs, ended, points, mostExtraCalls] = [0, 0, 0, 0];

  const record = (result: RunResult) => {
    const { injected, begun } = result;
    const promises = brokenPromises({ path, result, baseline });
    if (promises.length > 0) findings.push({ path: path.name, injected, broken: promises, result });
    for (const { caller, name } of injected) hit.add(`${caller}: ${name}`);
    const extraCalls = (begun - baseline.begun) / Math.max(1, injected.length);
    mostExtraCalls = Math.max(mostExtraCalls, extraCalls);
    if (!promises.includes('ends')) ended += 1;
    points = Math.max(points, injected[0]?.n ?? 0);
    if (runs % SAMPLED_EACH === 0) sample.push(result);
    runs += 1;
  };

  const first = new Checkpoints({ platform, path, tamper }).first();
  record({ ...(await first.finalState()), injected: [] });
  const faults = [platform.faults, secondFaults].slice(0, depth);
  for await (const result of faultyRuns(first, faults)) {
    if (findings.length >= mostFindings) break;
    record(result);
  }
  return { path: path.name, points, runs, ended, mostExtraCalls, hit, findings, sample };
}

/** Describes a finding in words, followed by the `FaultPlan` that reproduces it. */
export function describeFinding({ path, injected, broken: promises }: Finding): string {
  const points = injected.map(({ n, fault }) => `{ n: ${n}, fault: '${fault}' }`);
  const run = `${path}: ${nameOf(injected)}`;
  return `${run} → broke ${promises.join(', ')}; new FaultPlan([${points.join(', ')}])`;
}

export function nameOf(injected: readonly InjectedFault[]): string {
  const faults = injected.map(({ caller, name, fault }) => `${caller}: ${name} ${fault}`);
  return faults.join(', then ') || 'no fault';
}
