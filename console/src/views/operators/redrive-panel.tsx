import { useRef, useState } from 'preact/hooks';
import { Problem } from '../../../../client/problem.ts';
import { type RedriveProgress, runRedrive } from '../../../../client/redrive-run.ts';
import type { RedriveReport } from '../../../../client/types.ts';
import { TextField } from '../elements/field.tsx';
import { faultsOf, Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import type { ViewProps } from '../view-props.ts';

/** The redrive of dead-lettered jobs. It moves nothing before a dry run has shown what would happen. */
export function RedrivePanel({ api, snapshot }: ViewProps) {
  const [limit, setLimit] = useState('1000');
  const [rate, setRate] = useState('10');
  const [progress, setProgress] = useState<RedriveProgress>();
  const dryRun = useAction<RedriveReport>();
  const move = useAction<unknown>();
  const isStopped = useRef(false);
  const options = { limit: Number(limit), maxPerSecond: Number(rate) };
  const error = dryRun.error ?? move.error;
  const faultOf = (name: string) => faultsOf(error).find(({ field }) => field === name)?.detail;
  const change = (set: (text: string) => void) => (text: string) => {
    set(text);
    dryRun.clear();
  };
  const startMove = () => {
    isStopped.current = false;
    void move.start(() =>
      runRedrive(options, {
        redrive: (request) => api.operator.redrive(request),
        retryAfterMs,
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
        onProgress: setProgress,
        isStopped: () => isStopped.current,
      }),
    );
    dryRun.clear();
  };
  const waiting = snapshot.queues?.value.deadLetters;
  return (
    <section aria-labelledby="redrive">
      <h2 id="redrive">Dead letters</h2>
      <p>
        {lettersSentence(waiting)} <a href="#/jobs?filter=dead-lettered">Show the jobs</a>
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (move.isBusy) return;
          move.clear();
          setProgress(undefined);
          void dryRun.start(() => api.operator.redrive({ ...options, dryRun: true }));
        }}
      >
        <div class="fields">
          <TextField
            label="Most jobs"
            inputMode="decimal"
            fault={faultOf('limit')}
            value={limit}
            onInput={change(setLimit)}
          />
          <TextField
            label="Most jobs per second"
            inputMode="decimal"
            fault={faultOf('maxPerSecond')}
            value={rate}
            onInput={change(setRate)}
          />
        </div>
        <div class="actions">
          <button type="submit" aria-disabled={dryRun.isBusy || move.isBusy}>
            Dry run
          </button>
          {dryRun.result && dryRun.result.moved > 0 && (
            <button type="button" class="primary" aria-disabled={move.isBusy} onClick={startMove}>
              Move {dryRun.result.moved} {dryRun.result.moved === 1 ? 'job' : 'jobs'}
            </button>
          )}
          {move.isBusy && (
            <button
              type="button"
              onClick={() => {
                isStopped.current = true;
              }}
            >
              Stop
            </button>
          )}
        </div>
      </form>
      <div role="status">
        {dryRun.isBusy && <p>The dry run goes on.</p>}
        {dryRun.result && <Report words="would be moved" report={dryRun.result} />}
        {progress && <Report words={PROGRESS_WORDS[progress.state]} report={progress} />}
      </div>
      <Trouble error={error} without={['limit', 'maxPerSecond']} />
    </section>
  );
}

const PROGRESS_WORDS: Readonly<Record<RedriveProgress['state'], string>> = {
  running: 'moved so far',
  ended: 'moved. The redrive has ended',
  stopped: 'moved. The redrive was stopped',
};

function Report({
  words,
  report,
}: {
  readonly words: string;
  readonly report: Omit<RedriveReport, 'dryRun'>;
}) {
  const { moved, skipped, held, unreadable, left } = report;
  return (
    <>
      <p>
        <strong>{moved}</strong> {moved === 1 ? 'job' : 'jobs'} {words}.
      </p>
      <ul>
        {skipped > 0 && <li>{skipped} skipped: the job is gone or no longer dead-lettered</li>}
        {held > 0 && <li>{held} held: no target that the job may use admits calls</li>}
        {unreadable > 0 && <li>{unreadable} unreadable for this version</li>}
        <li>about {left} left in the queue</li>
      </ul>
    </>
  );
}

function lettersSentence(count: number | undefined): string {
  if (count === undefined) return 'The number of dead letters is not known.';
  if (count === 0) return 'The dead-letter queue is empty.';
  return `About ${count} ${count === 1 ? 'message is' : 'messages are'} in the dead-letter queue.`;
}

/** The wait that the API asks for while another redrive runs, or its rate allows no job yet. */
function retryAfterMs(error: unknown): number | undefined {
  return error instanceof Problem && error.status === 409 ? error.retryAfterMs : undefined;
}
