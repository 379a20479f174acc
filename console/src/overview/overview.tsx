import type { FrameProps } from '../frame/frame-props.ts';
import { healthAge, seriesAge } from '../live/live-state.ts';
import { lengthOf } from '../views/format.ts';
import { picturesOf } from './chain-picture.ts';
import { ChainView } from './chain-view.tsx';
import { chainsShown } from './chains-shown.ts';
import { Drill } from './drill.tsx';
import { firstJobCommand } from './first-steps.ts';
import { QueueNumbers } from './queue-numbers.tsx';
import { Timelines } from './timelines.tsx';
import { verdictOf } from './verdict.ts';
import { VerdictView } from './verdict-view.tsx';

/** One screen that answers: is anything wrong, where, since when, until when? */
export function Overview({ snapshot, live, api, nowMs }: FrameProps) {
  const chains = chainsShown(snapshot);
  const order = chains.flatMap(({ tiers }) =>
    tiers.flatMap(({ targets }) => targets.map(({ target }) => target)),
  );
  const isStale = live.lost !== undefined || healthAge(live, nowMs)?.isStale === true;
  const age = seriesAge(live, nowMs);
  const command = firstJobCommand(snapshot);
  const { instance, queues, health, series, laptop } = snapshot;
  return (
    <>
      <VerdictView verdict={verdictOf(live, nowMs)} nowMs={nowMs} />
      <div class={isStale ? 'stale' : ''}>
        {laptop && <Drill drill={laptop.drill} api={api} targets={order} nowMs={nowMs} />}
        <QueueNumbers queues={queues} health={health} />
        <div class="chains">
          {picturesOf(snapshot, chains).map((picture) => (
            <ChainView
              key={picture.chain}
              picture={picture}
              stages={instance.recoveryStages}
              nowMs={nowMs}
            />
          ))}
        </div>
      </div>
      {command && <NoJobs command={command} />}
      {series && (
        <div class={isStale || age?.isStale ? 'stale' : ''}>
          {age?.isStale && <p role="status">The timelines are {lengthOf(age.ms)} old.</p>}
          <Timelines series={series.value} order={order} nowMs={nowMs} />
        </div>
      )}
    </>
  );
}

function NoJobs({ command }: { readonly command: string }) {
  return (
    <section class="panel no-jobs" aria-label="First steps">
      <p>
        There was no job in the last 15 minutes. <a href="#/submit">Submit one</a>, or run:
      </p>
      <pre class="kept">{command}</pre>
    </section>
  );
}
