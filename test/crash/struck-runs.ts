import type { Fate, Point } from './fates.ts';
import { endingOf, Moment, type Passage } from './moments.ts';
import type { Ending, Story } from './story.ts';

/** Every run from this moment on that is struck once and up to `depth` times. */
export async function* struckFrom(
  moment: Moment,
  depth: number,
  fates: readonly Fate[],
): AsyncGenerator<Story> {
  let calls = 0;
  let at: Moment | Ending = moment;
  while (at instanceof Moment) {
    const unharmed: Passage = await at.next([]);
    const stories = struckNext({ moment: at, passage: unharmed, points: [] }, depth, fates);
    for await (const story of stories) yield later(story, calls);
    calls += unharmed.calls;
    at = unharmed.to;
  }
}

interface Standing {
  readonly moment: Moment;
  /** From the moment on, as it is if these points are struck. */
  readonly passage: Passage;
  readonly points: readonly Point[];
}

/** Those that are struck once more before the passage is over. */
async function* struckNext(
  { moment, passage, points: before }: Standing,
  depth: number,
  fates: readonly Fate[],
): AsyncGenerator<Story> {
  for (let n = (before.at(-1)?.n ?? 0) + 1; n <= passage.calls; n++) {
    let isRead = false;
    for (const fate of fates) {
      if (isRead && IDLE_ON_READS.has(fate)) continue;
      const points = [...before, { n, fate }];
      const struck = await moment.next(points);
      const { strikes, calls, to } = struck;
      isRead = READ.test(strikes.at(-1)?.name ?? '');
      yield { ...(await endingOf(to)), strikes };
      if (points.length === depth) continue;
      yield* struckNext({ moment, passage: struck, points }, depth, fates);
      if (!(to instanceof Moment)) continue;
      for await (const story of struckFrom(to, depth - points.length, fates)) {
        yield { ...story, strikes: [...strikes, ...later(story, calls).strikes] };
      }
    }
  }
}

function later(story: Story, calls: number): Story {
  const strikes = story.strikes.map((strike) => ({ ...strike, n: strike.n + calls }));
  return { ...story, strikes };
}

/** A read changes nothing: without an answer it is as good as not sent, and repeated as good as new. */
const READ =
  /\.(get\w*|due|running|count\w*|load|read\w*)$|(GetItem|Query|GetParameters|GetQueueAttributes|GET object)$/;
const IDLE_ON_READS: ReadonlySet<Fate> = new Set(['answer-lost', 'unanswered']);
