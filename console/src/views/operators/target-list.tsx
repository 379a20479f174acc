import { ADMITS } from '../../overview/chain-view.tsx';
import { Sign } from '../elements/sign.tsx';
import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import { distanceOf, shortTarget, timeOf } from '../format.ts';
import type { ViewProps } from '../view-props.ts';
import {
  type AdminHealth,
  CIRCUIT_SIGNS,
  computedState,
  failuresOf,
  lifecycleSentence,
  ruleOf,
  type TargetHealth,
} from './health-words.ts';
import { OverrideWords } from './override-list.tsx';

interface Props extends ViewProps {
  readonly health: AdminHealth;
  readonly onOverride: (target: string) => void;
}

/** Each target with its computed state and its override side by side. */
export function TargetList(props: Props) {
  const { health, nowMs } = props;
  return (
    <section aria-labelledby="targets">
      <h2 id="targets">Targets</h2>
      <ul class="targets">
        {health.targets.map((target) => (
          <li key={target.target}>
            <Target {...props} target={target} />
          </li>
        ))}
      </ul>
      {health.lifecycleCheckedAt && (
        <p class="minor">
          The lifecycle of the models was checked {distanceOf(health.lifecycleCheckedAt, nowMs)}.
        </p>
      )}
    </section>
  );
}

function Target({ target, api, nowMs, onOverride }: Props & { readonly target: TargetHealth }) {
  const enabling = useAction<unknown>();
  const isDisabled = target.configErrors?.disabledSince !== undefined;
  const name = shortTarget(target.target);
  return (
    <>
      <h3 title={target.target}>{name}</h3>
      <p class="minor">
        {target.tiers.map(({ chain, tier }) => `${chain}/${tier}`).join(', ')} · admits{' '}
        {ADMITS[target.admits]}
      </p>
      <dl class="beside">
        <div>
          <dt>Computed</dt>
          <dd>
            <Computed target={target} nowMs={nowMs} />
          </dd>
        </div>
        <div>
          <dt>Override</dt>
          <dd>
            {target.overriddenBy ? (
              <OverrideWords override={target.overriddenBy} nowMs={nowMs} />
            ) : (
              'none'
            )}
          </dd>
        </div>
      </dl>
      <div class="actions">
        <button type="button" class="small" onClick={() => onOverride(target.target)}>
          Override <span class="unseen">{name}</span>
        </button>
        {isDisabled && (
          <button
            type="button"
            class="small"
            aria-disabled={enabling.isBusy}
            onClick={() => enabling.start(() => api.operator.enable(target.target))}
          >
            Enable <span class="unseen">{name}</span>
          </button>
        )}
      </div>
      {enabling.result !== undefined && (
        <p role="status">Enabled. Every worker calls it within 5 s, in recovery stages.</p>
      )}
      <Trouble error={enabling.error} />
    </>
  );
}

function Computed({ target, nowMs }: { readonly target: TargetHealth; readonly nowMs: number }) {
  const isDisabled = target.configErrors?.disabledSince !== undefined;
  const [sign, tone] = isDisabled ? (['stop', 'bad'] as const) : CIRCUIT_SIGNS[target.circuit];
  const lifecycle = lifecycleSentence(target);
  const why = [failuresOf(target), ruleOf(target)].filter(Boolean).join(' · ');
  // Under an override, `since` and `until` are those of the override.
  const { since, until = undefined } = target.overriddenBy ? {} : target;
  const nextCall = target.configErrors?.nextCheckAt ?? until;
  return (
    <>
      <p class="status">
        <Sign name={sign} tone={tone} />
        <span>
          {computedState(target)}
          {since && ` since ${timeOf(since, nowMs)}`}
          {nextCall && `, next call ${distanceOf(nextCall, nowMs)}`}
        </span>
      </p>
      {/* The override beside it says more. */}
      {why && why !== 'force-open' && <p class="minor">{why}</p>}
      {lifecycle && (
        <p class="status">
          <Sign name="warning" tone="warn" />
          <span>Lifecycle: {lifecycle}</span>
        </p>
      )}
    </>
  );
}
