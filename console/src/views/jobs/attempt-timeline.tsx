import type { AdminJob, Attempt } from '../../../contract/jobs.ts';
import { Sign } from '../elements/sign.tsx';
import { lengthOf, timeOf } from '../format.ts';
import { type Span, spansOf } from './attempt-spans.ts';
import { attemptSentence, signOf } from './attempt-words.ts';

/** The attempts in order of time. A bar shows when each began and how long it took. */
export function AttemptTimeline({
  job,
  nowMs,
}: {
  readonly job: AdminJob;
  readonly nowMs: number;
}) {
  const spans = spansOf(job.attempts);
  return (
    <section>
      <h2>Attempts</h2>
      {job.attempts.length === 0 && <p>No target was tried.</p>}
      <ol class="timeline">
        {job.attempts.map((attempt, i) => (
          <Line
            key={`${attempt.at} ${attempt.target} ${attempt.outcome}`}
            attempt={attempt}
            span={spans[i]}
            nowMs={nowMs}
          />
        ))}
      </ol>
    </section>
  );
}

function Line({
  attempt,
  span,
  nowMs,
}: {
  readonly attempt: Attempt;
  readonly span?: Span;
  readonly nowMs: number;
}) {
  const { sign, tone } = signOf(attempt);
  const wasCalled = attempt.outcome !== 'skipped';
  const facts = [
    wasCalled && `took ${lengthOf(attempt.ms)}`,
    attempt.firstTokenMs !== undefined && `first token after ${lengthOf(attempt.firstTokenMs)}`,
    `tier ${attempt.tier}`,
    attempt.charged && 'counts towards the failed calls of the job',
  ];
  return (
    <li>
      <time dateTime={attempt.at} title={attempt.at}>
        {timeOf(attempt.at, nowMs)}
      </time>
      <Sign name={sign} tone={tone} />
      <div>
        <p>{attemptSentence(attempt)}</p>
        <p class="minor">{facts.filter(Boolean).join(' · ')}</p>
        {span && wasCalled && (
          <svg class="span" aria-hidden="true">
            <rect class="track" width="100%" height="100%" rx="2" />
            <rect
              class={tone}
              x={`${span.startPercent}%`}
              width={`${span.widthPercent}%`}
              height="100%"
              rx="2"
            />
          </svg>
        )}
      </div>
    </li>
  );
}
