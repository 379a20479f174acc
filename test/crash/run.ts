import type { Settings } from '../../lambda/contract/policy.ts';
import { START } from '../support/job-builders.ts';
import { someSettings } from '../support/settings.ts';
import { Cloud } from './cloud.ts';
import type { FaultPlan } from './fates.ts';
import type { Path } from './paths.ts';
import type { Platform } from './platform.ts';
import type { Tamper } from './processes.ts';
import type { Story } from './story.ts';
import { World } from './world.ts';
import { theBeginning, type WorldState } from './world-state.ts';

/** What is played. */
export interface Scene {
  readonly platform: Platform;
  readonly path: Path;
  readonly tamper?: Tamper;
}

/** From the beginning to the end in one go. */
export async function runPath(scene: Scene, plan: FaultPlan): Promise<Story> {
  const world = await openWorld(scene, theBeginning(scene.path));
  world.strike(plan);
  while (await world.advance());
  return { ...(await world.tell()), strikes: plan.strikes };
}

export async function openWorld(
  { platform, path, tamper = (ports) => ports }: Scene,
  state: WorldState,
): Promise<World> {
  const settings = settingsOf(path);
  const { models, isBusyHour, queueDownMs = 0, busDownMs = 0 } = path;
  const reaction = (call: number) => models[Math.min(call, models.length) - 1] ?? 'answers';
  const cloud = new Cloud({ reaction }, state.cloud);
  cloud.queue.othersWaiting = isBusyHour ? 1 : 0;
  cloud.downUntilMs.queue = START + queueDownMs;
  cloud.downUntilMs.bus = START + busDownMs;
  const open = await platform.open(cloud, settings, state.tables);
  return new World({ path, tamper, state, cloud, platform: open });
}

const TIERS = ['primary', 'last-resort'].map((name) => ({
  name,
  targets: [{ region: 'us-east-1', modelId: `anthropic.${name}` }],
  maxTokens: 1024,
}));

const SETTINGS = new Map<Path, Settings>();

/** To check settings takes as long as half a run. */
function settingsOf(path: Path): Settings {
  const settings = SETTINGS.get(path) ?? someSettings({ tiers: TIERS, jobs: path.jobs });
  SETTINGS.set(path, settings);
  return settings;
}
