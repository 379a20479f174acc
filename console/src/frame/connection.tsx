import { healthAge, type LiveState } from '../live/live-state.ts';
import { Sign } from '../views/elements/sign.tsx';
import { lengthOf } from '../views/format.ts';

/** Says whether the page is up to date, or since when it is not. */
export function Connection({ live, nowMs }: { readonly live: LiveState; readonly nowMs: number }) {
  const age = healthAge(live, nowMs);
  if (live.lost) {
    return (
      <p class="connection">
        <Sign name="cross" tone="bad" />
        <span role="status">Connection lost</span>
        {age && <span>· data {lengthOf(age.ms)} old</span>}
      </p>
    );
  }
  if (!age) return <p class="connection">Connecting</p>;
  return (
    <p class="connection">
      <Sign name={age.isStale ? 'warning' : 'check'} tone={age.isStale ? 'warn' : 'good'} />
      <span>{age.isStale ? `Data ${lengthOf(age.ms)} old` : 'Live'}</span>
    </p>
  );
}
