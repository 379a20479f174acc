import type { Snapshot } from '../../contract/snapshot.ts';
import { whole } from './lanes.ts';

const NUMBERS = [
  ['queued', 'queued', 'wait for a worker'],
  ['running', 'running', 'with a worker now'],
  ['deferred', 'deferred', 'wait until a time'],
  ['deadLetters', 'dead letters', 'wait for an operator'],
] as const;

/** The numbers of messages now, which SQS counts approximately, and the use of the daily quotas. */
export function QueueNumbers({ queues, health }: Pick<Snapshot, 'queues' | 'health'>) {
  return (
    <section aria-label="Jobs now">
      <dl class="numbers">
        {NUMBERS.map(([name, label, meaning]) => {
          const count = queues?.value[name];
          return (
            <div key={name} class={name === 'deadLetters' && count ? 'warn' : ''}>
              <dt>{label}</dt>
              <dd>{count === undefined ? '–' : whole(count)}</dd>
              <dd class="minor">{meaning}</dd>
            </div>
          );
        })}
        {health?.value.dayBudgets?.map(({ region, spent, tokensPerDay, endsAt }) => (
          <div key={region} class={endsAt ? 'warn' : ''}>
            <dt>{region}</dt>
            <dd>{Math.round((100 * spent) / tokensPerDay)} %</dd>
            <dd class="minor">of {whole(tokensPerDay)} tokens a day</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
