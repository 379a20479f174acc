import type { Attempt } from '../../../contract/jobs.ts';
import { Sign } from '../elements/sign.tsx';
import { shortTarget } from '../format.ts';
import { outcomeWords, signOf } from './attempt-words.ts';

/** The attempts that a row has room for. */
const MOST_SHOWN = 6;

/** The latest attempts in order: A throttled → B skipped: open → C answered. */
export function AttemptChain({ attempts }: { readonly attempts: readonly Attempt[] }) {
  if (attempts.length === 0) return <p class="attempts minor">No attempt</p>;
  const shown = attempts.slice(-MOST_SHOWN);
  const earlier = attempts.length - shown.length;
  return (
    <ol class="attempts" aria-label="Attempts">
      {earlier > 0 && <li class="minor">{earlier} earlier</li>}
      {shown.map((attempt) => {
        const { sign, tone } = signOf(attempt);
        return (
          <li key={`${attempt.at} ${attempt.target} ${attempt.outcome}`} title={attempt.target}>
            <Sign name={sign} tone={tone} />
            <span>
              {shortTarget(attempt.target)} <b>{outcomeWords(attempt)}</b>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
