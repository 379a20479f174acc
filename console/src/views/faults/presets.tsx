import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import type { FaultsProps } from './faults-props.ts';

/** Rules that are ready to be set. */
export function Presets({ description, change }: FaultsProps) {
  const setting = useAction<string>();
  return (
    <section aria-labelledby="presets">
      <h2 id="presets">Presets</h2>
      <ul class="presets">
        {description.presets.map(({ name, description: effect, rules }) => (
          <li key={name}>
            <button
              type="button"
              aria-disabled={setting.isBusy}
              onClick={() =>
                setting.start(async () => {
                  await change((fake) => fake.add(rules));
                  return `The preset ${name} is set.`;
                })
              }
            >
              {name}
            </button>
            <span>{effect}</span>
          </li>
        ))}
      </ul>
      <p role="status">{setting.result}</p>
      <Trouble error={setting.error} />
    </section>
  );
}
