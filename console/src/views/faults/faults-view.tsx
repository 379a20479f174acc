import { useMemo } from 'preact/hooks';
import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import { useLoaded } from '../elements/use-loaded.ts';
import type { ViewProps } from '../view-props.ts';
import { fakeBedrock } from './fake-bedrock.ts';
import { PlaceSwitches } from './place-switches.tsx';
import { Presets } from './presets.tsx';
import { RuleEditor } from './rule-editor.tsx';
import { RuleList } from './rule-list.tsx';
import { TrafficSlider } from './traffic-slider.tsx';

/** The rules may change without this page: the drill sets some, and `forSeconds` ends some. */
const RULES_EVERY_MS = 2_000;

/** The faults of the fake Bedrock. The frame shows this view on the laptop only. */
export function FaultsView(props: ViewProps) {
  const { api } = props;
  const fake = useMemo(() => fakeBedrock(api.fetch), [api]);
  const described = useLoaded('description', (signal) => fake.describe(signal));
  const rules = useLoaded('rules', (signal) => fake.rules(signal), RULES_EVERY_MS);
  const healing = useAction<void>();
  const shared = {
    ...props,
    rules: rules.value ?? [],
    change: async (run: (bedrock: typeof fake) => Promise<void>) => {
      await run(fake);
      rules.reload();
    },
  };
  const heal = () => healing.start(() => shared.change((bedrock) => bedrock.clearAll()));
  return (
    <>
      <div class="title-row">
        <h1>Faults</h1>
        <button
          type="button"
          class="primary"
          aria-disabled={healing.isBusy || shared.rules.length === 0}
          onClick={heal}
        >
          Heal all
        </button>
      </div>
      <p class="minor">
        The fake Bedrock fails on command.
        {described.value &&
          ` It draws with the seed ${described.value.seed}: the same calls get the same faults.`}
      </p>
      <Trouble error={healing.error ?? rules.error ?? described.error} />
      <div class="columns">
        <TrafficSlider {...props} />
        <RuleList {...shared} />
      </div>
      {described.value && (
        <>
          <PlaceSwitches {...shared} description={described.value} />
          <Presets {...shared} description={described.value} />
          <RuleEditor {...shared} description={described.value} />
        </>
      )}
    </>
  );
}
