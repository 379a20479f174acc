import { START } from '../support/job-builders.ts';
import { Cloud } from './cloud.ts';
import type { FaultPlan } from './faults.ts';
import type { Reaction, Script } from './model.ts';
import { QUOTA, settingsOf } from './path-settings.ts';
import type { Path } from './paths.ts';
import type { Platform } from './platform.ts';
import type { Tamper } from './processes.ts';
import type { RunResult } from './run-result.ts';
import { Simulation } from './simulation.ts';
import { initialState, type SimulationState } from './simulation-state.ts';

/** Everything that a run depends on besides its faults. */
export interface RunSetup {
  readonly platform: Platform;
  readonly path: Path;
  readonly tamper?: Tamper;
}

/** Simulates a run from start to end. With the same setup and plan the result is always the same. */
export async function runPath(setup: RunSetup, plan: FaultPlan): Promise<RunResult> {
  const simulation = await openSimulation(setup, initialState(setup.path));
  simulation.inject(plan);
  while (await simulation.advance());
  return { ...(await simulation.finalState()), injected: plan.injected };
}

export async function openSimulation(
  { platform, path, tamper = (ports) => ports }: RunSetup,
  state: SimulationState,
): Promise<Simulation> {
  const settings = settingsOf(path);
  const { isBusyHour, tokens = 1, queueDownMs = 0, busDownMs = 0, quotaWaitMs } = path;
  const cloud = new Cloud({ reaction: reactionOf(path), tokens }, state.cloud);
  cloud.queue.othersWaiting = isBusyHour ? 1 : 0;
  cloud.downUntilMs.queue = START + queueDownMs;
  cloud.downUntilMs.bus = START + busDownMs;
  const quotaSpentUntil =
    quotaWaitMs === undefined ? undefined : START + QUOTA.burstMs + quotaWaitMs;
  const open = await platform.open(cloud, { settings, quotaSpentUntil, tables: state.tables });
  return new Simulation({ path, tamper, state, cloud, platform: open });
}

/** The last reaction of a list applies to all further calls. */
function reactionOf({ models }: Path): Script['reaction'] {
  const nth = (reactions: readonly Reaction[], n: number) =>
    reactions[Math.min(n, reactions.length) - 1] ?? 'answers';
  return (call, model, callOfModel) =>
    isList(models) ? nth(models, call) : nth(models[model] ?? [], callOfModel);
}

function isList(models: Path['models']): models is readonly Reaction[] {
  return Array.isArray(models);
}
