import { useRef } from 'preact/hooks';
import type { OverrideScope } from '../../../../lambda/contract/words.ts';
import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import { distanceOf, timeOf } from '../format.ts';
import type { ViewProps } from '../view-props.ts';
import type { AdminHealth, Override } from './health-words.ts';

/** All overrides in force: on targets, profiles, models and regions. */
export function OverrideList({ health, api, nowMs }: ViewProps & { readonly health: AdminHealth }) {
  const lifting = useAction<string>();
  const heading = useRef<HTMLHeadingElement>(null);
  const lift = ({ scope, key }: Override) =>
    lifting.start(async () => {
      await api.operator.lift(scope as OverrideScope, key);
      // The row with the button goes away.
      heading.current?.focus();
      return `The override of the ${scope} ${key} is lifted. Every worker applies it within 5 s.`;
    });
  return (
    <section aria-labelledby="overrides">
      <h2 id="overrides" ref={heading} tabIndex={-1}>
        Overrides in force
      </h2>
      {health.overrides.length === 0 && <p>None.</p>}
      <ul class="rows">
        {health.overrides.map((override) => (
          <li key={`${override.scope} ${override.key}`}>
            <div>
              <strong>
                {override.scope} {override.key}
              </strong>
              <OverrideWords override={override} nowMs={nowMs} />
            </div>
            <button
              type="button"
              class="small"
              aria-disabled={lifting.isBusy}
              onClick={() => lift(override)}
            >
              Lift{' '}
              <span class="unseen">
                the override of {override.scope} {override.key}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p role="status">{lifting.result}</p>
      <Trouble error={lifting.error} />
    </section>
  );
}

/** Who overrides what, why and until when. */
export function OverrideWords({
  override,
  nowMs,
}: {
  readonly override: Override;
  readonly nowMs: number;
}) {
  const { mode, scope, reason, actor, since, expiresAt } = override;
  return (
    <>
      <p>
        <strong>{mode}</strong> by its {scope}, until {timeOf(expiresAt, nowMs)} (
        {distanceOf(expiresAt, nowMs)})
      </p>
      <p class="kept">{reason}</p>
      <p class="minor">
        {actor}, {distanceOf(since, nowMs)}
      </p>
    </>
  );
}
