import { Sign } from '../views/elements/sign.tsx';
import { distanceOf, timeOf } from '../views/format.ts';
import type { SignName, Tone } from '../views/sign-names.ts';
import { type Trouble, toneOf } from './trouble.ts';
import type { Verdict } from './verdict.ts';

const SIGNS: Readonly<Record<Tone, SignName>> = {
  good: 'check',
  warn: 'warning',
  bad: 'cross',
  idle: 'clock',
};

/** Is anything wrong, where, since when, until when? One sentence, and then each trouble. */
export function VerdictView({
  verdict: { tone, sentence, troubles },
  nowMs,
}: {
  readonly verdict: Verdict;
  readonly nowMs: number;
}) {
  return (
    <section class={`verdict is-${tone}`}>
      <h1>
        <Sign name={SIGNS[tone]} tone={tone} />
        <span>{sentence}</span>
      </h1>
      {troubles.length > 1 && (
        <ul class="troubles" aria-label="All that is wrong, worst first">
          {troubles.map((trouble) => (
            <TroubleRow key={trouble.kind + trouble.where} trouble={trouble} nowMs={nowMs} />
          ))}
        </ul>
      )}
    </section>
  );
}

function TroubleRow({ trouble, nowMs }: { readonly trouble: Trouble; readonly nowMs: number }) {
  const { kind, where, what, since, next } = trouble;
  const tone = toneOf(kind);
  return (
    <li>
      <Sign name={SIGNS[tone]} tone={tone} />
      <span>
        <b>{where}</b> {what}
      </span>
      <span class="times">
        {since && `since ${timeOf(since, nowMs)}`}
        {next && Date.parse(next.at) > nowMs && ` · ${next.what} ${distanceOf(next.at, nowMs)}`}
      </span>
    </li>
  );
}
