import { isDeepStrictEqual } from 'node:util';
import { nameOf } from './explore.ts';
import { FaultPlan } from './fates.ts';
import { runPath, type Scene } from './run.ts';
import type { Story } from './story.ts';

/** Those that tell another story when they are played whole, each by itself. */
export async function astray(scene: Scene, told: readonly Story[]): Promise<readonly string[]> {
  const names: string[] = [];
  for (const story of told) {
    const points = story.strikes.map(({ n, fate }) => ({ n, fate }));
    const whole = await runPath(scene, new FaultPlan(points));
    if (!isDeepStrictEqual(comparable(whole), comparable(story))) names.push(nameOf(story.strikes));
  }
  return names;
}

/** Of this realm, and without the URL that is signed at the time of day. */
function comparable(story: Story): unknown {
  const text = JSON.stringify(story, (key, value) => (key === 'resultUrl' ? undefined : value));
  return JSON.parse(text);
}
