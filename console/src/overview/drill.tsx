import { useState } from 'preact/hooks';
import { ACTS, type Act, type OutageDrill } from '../../contract/laptop.ts';
import type { ConsoleApi } from '../api.ts';
import { timeOf } from '../views/format.ts';
import { withShortTargets } from './target-words.ts';

/** What an act shows, in the words of the contract. */
const ACT_WORDS: Readonly<Record<Act, { readonly title: string; readonly explains: string }>> = {
  fail: {
    title: 'Act 1: fail',
    explains:
      'Bedrock throttles the first tier. The calls fail, and every worker counts the failures in the circuit that all of them share.',
  },
  hold: {
    title: 'Act 2: hold',
    explains:
      'The circuit is open: nobody calls the failing target. Jobs fall back to the next tier, or wait until a probe is due. None is lost.',
  },
  recover: {
    title: 'Act 3: recover',
    explains:
      'Bedrock works again. One probe, then a few calls at a time find out; after the last stage the circuit closes and the jobs that waited are answered.',
  },
};

/** The outage in three acts: one button, and the events as they happen. */
export function Drill({
  drill,
  api,
  targets,
  nowMs,
}: {
  readonly drill: OutageDrill | undefined;
  readonly api: ConsoleApi;
  /** The events name targets; the page shortens their names. */
  readonly targets: readonly string[];
  readonly nowMs: number;
}) {
  const [error, setError] = useState<string>();
  const run = (change: () => Promise<void>) => {
    setError(undefined);
    change().catch((problem: unknown) => {
      setError(problem instanceof Error ? problem.message : String(problem));
    });
  };
  const isRunning = drill?.state === 'running';
  return (
    <section class="panel drill" aria-labelledby="drill">
      <div class="drill-head">
        <div>
          <h2 id="drill">An outage in three acts</h2>
          <p class="minor">{introduction(drill)}</p>
        </div>
        {isRunning ? (
          <button type="button" onClick={() => run(api.stopDrill)}>
            Stop and heal
          </button>
        ) : (
          <button type="button" class="primary large" onClick={() => run(api.startDrill)}>
            {drill ? 'Play it again' : 'Start the outage'}
          </button>
        )}
      </div>
      {error && (
        <p role="alert" class="bad">
          {error}
        </p>
      )}
      {drill && <Acts drill={drill} targets={targets} nowMs={nowMs} />}
    </section>
  );
}

function introduction(drill: OutageDrill | undefined): string {
  if (!drill)
    return 'The fake Bedrock fails for a minute or two, and you watch Holdfast survive it.';
  if (drill.state === 'ended') return 'All three acts were played.';
  if (drill.state === 'stopped') return 'It was stopped, and all faults are healed.';
  return `Act ${ACTS.indexOf(drill.act) + 1} of ${ACTS.length} is played now.`;
}

function Acts({
  drill,
  targets,
  nowMs,
}: {
  readonly drill: OutageDrill;
  readonly targets: readonly string[];
  readonly nowMs: number;
}) {
  const current = ACTS.indexOf(drill.act);
  return (
    <ol class="acts" aria-live="polite">
      {ACTS.map((act, index) => {
        const isCurrent = index === current && drill.state === 'running';
        const { title, explains } = ACT_WORDS[act];
        return (
          <li
            key={act}
            {...(isCurrent && { 'aria-current': 'step' })}
            class={index > current ? 'to-come' : 'played'}
          >
            <h3>{title}</h3>
            <p>{explains}</p>
            <ol class="events">
              {drill.events
                .filter((event) => event.act === act)
                .map(({ at, text }) => (
                  <li key={at + text}>
                    <time dateTime={at}>{timeOf(at, nowMs)}</time>
                    {withShortTargets(text, targets)}
                  </li>
                ))}
            </ol>
          </li>
        );
      })}
    </ol>
  );
}
