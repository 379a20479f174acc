import { useState } from 'preact/hooks';
import { choicesOf, Select } from '../elements/field.tsx';
import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import { shortTarget } from '../format.ts';
import type { FaultsProps } from './faults-props.ts';
import { type Place, placesOf } from './places.ts';
import { isSwitchOf, switchRule } from './rule-form.ts';

/** A switch for each region and each target, which gives all its calls one fault. */
export function PlaceSwitches({ description, rules, instance, change }: FaultsProps) {
  const [fault, setFault] = useState('throttle-minute');
  const switching = useAction<void>();
  const simple = description.faults.filter(({ required }) => required.length === 0);
  const setOf = (place: Place) => rules.filter(({ rule }) => isSwitchOf(rule, place));
  const toggle = (place: Place) =>
    switching.start(() =>
      change(async (fake) => {
        const set = setOf(place);
        if (set.length === 0) await fake.add([switchRule(fault, place)]);
        for (const { id } of set) await fake.clear(id);
      }),
    );
  const switchOf = (place: Place, label: string) => {
    const [first] = setOf(place);
    return (
      <label class="switch" key={label}>
        <input
          type="checkbox"
          checked={first !== undefined}
          aria-disabled={switching.isBusy}
          onChange={() => toggle(place)}
        />
        <span>{label}</span>
        {first ? <b class="bad">{first.rule.fault}</b> : <span class="minor">works</span>}
      </label>
    );
  };
  return (
    <section aria-labelledby="places">
      <h2 id="places">Break a region or a target</h2>
      <Select
        label="Fault of the switches"
        hint={simple.find((each) => each.fault === fault)?.effect}
        value={fault}
        choices={choicesOf(simple.map((each) => each.fault))}
        onChange={setFault}
      />
      <div class="places">
        {placesOf(instance.chains).map(({ region, targets }) => (
          <fieldset key={region}>
            <legend>{region}</legend>
            {switchOf({ region }, 'the whole region')}
            {targets.map((place) =>
              switchOf(place, shortTarget(`${region}/${place.model}`).slice(region.length + 1)),
            )}
          </fieldset>
        ))}
      </div>
      <Trouble error={switching.error} />
    </section>
  );
}
