import { useRef } from 'preact/hooks';
import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import { lengthOf } from '../format.ts';
import type { SetRule } from './fault-description.ts';
import type { FaultsProps } from './faults-props.ts';
import { ruleSentence } from './rule-form.ts';

/** The rules that are set now. */
export function RuleList({ rules, change, nowMs }: Omit<FaultsProps, 'description'>) {
  const clearing = useAction<void>();
  const heading = useRef<HTMLHeadingElement>(null);
  const clear = async (id: string) => {
    await change((fake) => fake.clear(id));
    // The row with the button goes away.
    heading.current?.focus();
  };
  return (
    <section aria-labelledby="rules">
      <h2 id="rules" ref={heading} tabIndex={-1}>
        Rules now
      </h2>
      {rules.length === 0 && <p role="status">No rule is set: Bedrock works.</p>}
      <ul class="rows">
        {rules.map(({ id, setAtMs, rule }: SetRule) => (
          <li key={id}>
            <div>
              <p>{ruleSentence(rule)}</p>
              <p class="minor">set {lengthOf(Math.max(0, nowMs - setAtMs))} ago</p>
            </div>
            <button
              type="button"
              class="small"
              aria-disabled={clearing.isBusy}
              onClick={() => clearing.start(() => clear(id))}
            >
              Clear <span class="unseen">{ruleSentence(rule)}</span>
            </button>
          </li>
        ))}
      </ul>
      <Trouble error={clearing.error} />
    </section>
  );
}
