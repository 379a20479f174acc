import { useEffect, useRef, useState } from 'preact/hooks';
import { MOST_TRAFFIC } from '../../../contract/laptop.ts';
import { Field } from '../elements/field.tsx';
import { Trouble } from '../elements/trouble.tsx';
import { useAction } from '../elements/use-action.ts';
import type { ViewProps } from '../view-props.ts';

/** A slider passes many values on its way; the last one is sent after this rest. */
const REST_MS = 200;

/** The jobs per second that the server submits on its own. */
export function TrafficSlider({ api, snapshot }: ViewProps) {
  const current = snapshot.laptop?.traffic.jobsPerSecond ?? 0;
  const [chosen, setChosen] = useState<number>();
  const sending = useAction<unknown>();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  // The snapshot has caught up, so it decides again.
  useEffect(() => {
    if (chosen === current) setChosen(undefined);
  }, [chosen, current]);

  const shown = chosen ?? current;
  const choose = (jobsPerSecond: number) => {
    setChosen(jobsPerSecond);
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => void sending.start(() => api.setTraffic({ jobsPerSecond })),
      REST_MS,
    );
  };
  return (
    <section aria-labelledby="traffic">
      <h2 id="traffic">Steady traffic</h2>
      <Field label="Jobs per second" hint={words(shown)}>
        {(attributes) => (
          <input
            {...attributes}
            type="range"
            min={0}
            max={MOST_TRAFFIC}
            step={1}
            value={shown}
            aria-valuetext={words(shown)}
            onInput={(event) => choose(event.currentTarget.valueAsNumber)}
          />
        )}
      </Field>
      <Trouble error={sending.error} />
    </section>
  );
}

function words(jobsPerSecond: number): string {
  if (jobsPerSecond === 0) return 'No traffic: circuits change only when jobs call models.';
  return `${jobsPerSecond} ${jobsPerSecond === 1 ? 'job' : 'jobs'} per second`;
}
