import { distanceOf, lengthOf, timeOf } from '../views/format.ts';
import { failuresOf, ruleOf, type TargetHealth } from '../views/operators/health-words.ts';
import { whole } from './lanes.ts';
import type { CallCounts } from './recent-traffic.ts';
import { shortActor, stageOf } from './target-words.ts';

/** Why the target is in its state, what comes next, and what its latest calls were like. */
export function TargetFacts({
  target,
  stages,
  calls,
  nowMs,
}: {
  readonly target: TargetHealth;
  readonly stages: readonly number[];
  readonly calls: CallCounts;
  readonly nowMs: number;
}) {
  const { since, cause, overriddenBy, recent, circuit } = target;
  const failures = failuresOf(target);
  const why = [
    failures,
    cause !== failures && !failures.includes(cause ?? '') && cause,
    ruleOf(target),
  ];
  const isUsual = circuit === 'CLOSED' && failures === '';
  return (
    <>
      {!isUsual && (
        <p>
          {why.filter(Boolean).join(' · ')}
          {since && <span class="minor"> since {timeOf(since, nowMs)}</span>}
        </p>
      )}
      <Next target={target} nowMs={nowMs} />
      {circuit === 'HALF_OPEN' && <Permits target={target} stages={stages} />}
      {overriddenBy && (
        <p>
          {overriddenBy.mode} by{' '}
          <span title={overriddenBy.actor}>{shortActor(overriddenBy.actor)}</span>: “
          {overriddenBy.reason}”, ends {distanceOf(overriddenBy.expiresAt, nowMs)}
        </p>
      )}
      <p class="minor">
        {lastMinuteOf(calls)}
        {recent?.meanFirstTokenMs !== undefined &&
          ` · first token after ${lengthOf(recent.meanFirstTokenMs)}`}
      </p>
    </>
  );
}

function Next({ target, nowMs }: { readonly target: TargetHealth; readonly nowMs: number }) {
  const { until, configErrors, health } = target;
  const at = configErrors?.nextCheckAt ?? until;
  if (health === 'waiting') return <p>The next call tries it again</p>;
  if (at === undefined) return null;
  const event = configErrors?.disabledSince === undefined ? 'Next probe' : 'Next check';
  if (Date.parse(at) <= nowMs) return <p class="countdown">{event} with the next call</p>;
  return (
    <p class="countdown">
      {event} <b>{distanceOf(at, nowMs)}</b>
    </p>
  );
}

/** The permits of all recovery stages: a disc for each call that succeeded, a ring for one to come. */
function Permits({
  target,
  stages,
}: {
  readonly target: TargetHealth;
  readonly stages: readonly number[];
}) {
  const { stage = 0, succeeded = 0 } = target;
  return (
    <p class="permits">
      <span aria-hidden="true">
        {stages.map((permits, index) => {
          const done = index < stage ? permits : index === stage ? succeeded : 0;
          const name = `stage ${index + 1}`;
          return <i key={name}>{'●'.repeat(Math.min(done, permits)).padEnd(permits, '○')}</i>;
        })}
      </span>
      <span>{stageOf(target, stages)}</span>
    </p>
  );
}

function lastMinuteOf(counts: CallCounts): string {
  const parts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([name, count]) => `${whole(count)} ${name}`);
  return parts.length === 0 ? 'no call in the last minute' : parts.join(', ');
}
