import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { timeOf } from '../views/format.ts';
import { bandPath, CHART_HEIGHT, highest, stackPaths } from './chart-paths.ts';
import type { Lane } from './lanes.ts';
import { minuteTable } from './minutes.ts';

interface Span {
  readonly fromMs: number;
  readonly stepMs: number;
  readonly nowMs: number;
}

/** Rows of bars over the same 15 minutes, each with its total. The numbers are there as a table too. */
export function LaneChart({
  title,
  lanes,
  isComparable = false,
  children,
  ...span
}: Span & {
  readonly title: string;
  readonly lanes: readonly Lane[];
  /** All lanes count the same thing, so they share one scale. */
  readonly isComparable?: boolean;
  /** The legend. */
  readonly children?: ComponentChildren;
}) {
  const most = Math.max(...lanes.map(({ layers }) => highest(layers.map((each) => each.values))));
  return (
    <section class="panel chart" aria-label={title}>
      <h2>{title}</h2>
      {lanes.length === 0 && <p class="minor">None in the last 15 minutes.</p>}
      <ul class="lanes">
        {lanes.map((lane) => (
          <LaneRow key={lane.label} lane={lane} {...(isComparable && { most })} />
        ))}
      </ul>
      {lanes.length > 0 && (
        <>
          <p class="axis" aria-hidden="true">
            <span>15 min ago</span>
            <span>now</span>
          </p>
          {children}
          <Numbers title={title} lanes={lanes} {...span} />
        </>
      )}
    </section>
  );
}

function LaneRow({ lane, most }: { readonly lane: Lane; readonly most?: number }) {
  const { label, layers, total, states } = lane;
  const values = layers.map((each) => each.values);
  const steps = values[0]?.length ?? 0;
  const paths = stackPaths(values, most ?? highest(values));
  return (
    <li>
      <span class="lane-label">{label}</span>
      <span class="lane-total">{total}</span>
      {states && <Band states={states} />}
      <svg
        class="bars"
        role="img"
        aria-label={`${label}, last 15 minutes: ${total}`}
        viewBox={`0 0 ${steps} ${CHART_HEIGHT}`}
        preserveAspectRatio="none"
      >
        {paths.map((d, index) => (
          <path key={layers[index]?.name} class={`layer-${classOf(layers[index]?.name)}`} d={d} />
        ))}
      </svg>
    </li>
  );
}

const STATES = [
  [0, 'all'],
  [1, 'probes'],
  [2, 'none'],
] as const;

function Band({ states }: { readonly states: NonNullable<Lane['states']> }) {
  const known = states.filter((each) => each !== null);
  const share = (state: number) =>
    Math.round((100 * known.filter((each) => each === state).length) / Math.max(1, known.length));
  const text = `admits all calls ${share(0)} % of the time, probes ${share(1)} %, none ${share(2)} %`;
  return (
    <svg
      class="band"
      role="img"
      aria-label={text}
      viewBox={`0 0 ${states.length} ${CHART_HEIGHT}`}
      preserveAspectRatio="none"
    >
      {STATES.map(([state, name]) => (
        <path key={name} class={`band-${name}`} d={bandPath(states, state)} />
      ))}
    </svg>
  );
}

type NumbersProps = Span & { readonly title: string; readonly lanes: readonly Lane[] };

/** The rows are made only when the table is open. */
function Numbers(props: NumbersProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        Numbers <span class="unseen">of {props.title}</span>
      </summary>
      {isOpen && <NumbersTable {...props} />}
    </details>
  );
}

function NumbersTable({ title, lanes, fromMs, stepMs, nowMs }: NumbersProps) {
  const { columns, rows } = minuteTable(lanes, fromMs, stepMs);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section class="scrolls" tabIndex={0} aria-label={`Numbers of ${title}`}>
      <table>
        <thead>
          <tr>
            <th scope="col">Minute</th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ at, cells }) => (
            <tr key={at}>
              <th scope="row">{timeOf(at, nowMs)}</th>
              {cells.map((cell, index) => (
                <td key={columns[index]}>{cell}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** Returns the name as a class: only these have a colour of their own. */
function classOf(name = ''): string {
  return ['throttled', 'failed', 'skipped'].includes(name) ? name : 'plain';
}
