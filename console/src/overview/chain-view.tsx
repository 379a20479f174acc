import { Sign } from '../views/elements/sign.tsx';
import { shortTarget } from '../views/format.ts';
import type { SignName, Tone } from '../views/sign-names.ts';
import type { Picture, PictureRow } from './chain-picture.ts';
import { whole } from './lanes.ts';
import { quotaWords } from './quota-words.ts';
import { badgeOf } from './target-badge.ts';
import { TargetFacts } from './target-facts.tsx';

const STATUS_SIGNS: Readonly<Record<string, readonly [SignName, Tone]>> = {
  healthy: ['check', 'good'],
  degraded: ['warning', 'warn'],
  unhealthy: ['cross', 'bad'],
};

interface Props {
  readonly stages: readonly number[];
  readonly nowMs: number;
}

/** A chain: its tiers from top to bottom, and lines that are as wide as their traffic. */
export function ChainView({ picture, ...props }: Props & { readonly picture: Picture }) {
  const { chain, status, rows } = picture;
  const [sign, tone] = STATUS_SIGNS[status ?? ''] ?? ['dash', 'idle'];
  return (
    <section class="panel chain" aria-labelledby={`chain-${chain}`}>
      <h2 id={`chain-${chain}`}>
        Chain {chain}
        <span class="status">
          <Sign name={sign} tone={tone} />
          <span class={tone}>{status ?? 'not known'}</span>
        </span>
      </h2>
      <ol class="picture-rows">
        {rows.map((row) => (
          <Row key={`${row.tier} ${row.target}`} row={row} {...props} />
        ))}
      </ol>
    </section>
  );
}

function Row({ row, stages, nowMs }: Props & { readonly row: PictureRow }) {
  const { target, tier, isFirstOfTier, health, quota, calls } = row;
  const badge = health && badgeOf(health);
  const made = calls.answered + calls.failed + calls.throttled;
  return (
    <li class="target">
      <Lines row={row} />
      <div class="target-body">
        {isFirstOfTier && <p class="tier">{tier}</p>}
        <div class="target-head">
          <h3 title={target}>{shortTarget(target)}</h3>
          <span class="count" title="Calls in the last minute, by all chains that have the target">
            <b>{whole(made)}</b>/min
          </span>
        </div>
        {health && badge && (
          <>
            <p class="badges">
              <span class="status">
                <Sign name={badge.sign} tone={badge.tone} />
                <b class={badge.tone}>{badge.word}</b>
              </span>
              {health.override && <span class="override">override {health.override}</span>}
              <span class="minor">admits {ADMITS[health.admits]}</span>
            </p>
            <TargetFacts target={health} stages={stages} calls={calls} nowMs={nowMs} />
            {quota && <p class="minor">{quotaWords(quota, nowMs)}</p>}
          </>
        )}
      </div>
    </li>
  );
}

export const ADMITS = {
  all: 'all calls',
  some: 'some calls',
  probes: 'probes only',
  none: 'no calls',
} as const;

/** The lines are a picture of the numbers beside them, so screen readers skip them. */
function Lines({ row: { arrives, branch, passes, health } }: { readonly row: PictureRow }) {
  return (
    <span class={`lines admits-${health?.admits ?? 'all'}`} aria-hidden="true">
      <i class={lineClass('arrives', arrives)} style={{ width: `${arrives}px` }} />
      <i class={lineClass('passes', passes)} style={{ width: `${passes}px` }} />
      <i class={lineClass('branch', branch)} style={{ height: `${branch}px` }} />
    </span>
  );
}

function lineClass(name: string, width: number): string {
  return `${name} moves${width === 0 ? ' empty' : ''}`;
}
