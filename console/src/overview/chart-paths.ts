/**
 * Paths of charts in a box that is one unit wide for each value and 100 units high. The page stretches
 * the box to the width that it has.
 */
export const CHART_HEIGHT = 100;
/** One call among thousands is still to be seen. */
const LOWEST = 5;

/** Returns the path of one bar for each value; each stands on the base of the same step. */
export function barsPath(
  values: readonly number[],
  most: number,
  bases: readonly number[] = [],
): string {
  const heightOf = (value: number) => round((value / most) * CHART_HEIGHT);
  return values
    .map((value, step) => {
      if (value <= 0) return '';
      const height = Math.max(LOWEST, heightOf(value));
      const top = round(CHART_HEIGHT - heightOf(bases[step] ?? 0) - height);
      return `M${step} ${top}h1v${height}h-1z`;
    })
    .join('');
}

/** Returns one path for each layer; every layer stands on those before it. */
export function stackPaths(
  layers: readonly (readonly number[])[],
  most: number,
): readonly string[] {
  let bases: readonly number[] = [];
  return layers.map((values) => {
    const path = barsPath(values, most, bases);
    bases = values.map((value, step) => value + (bases[step] ?? 0));
    return path;
  });
}

/** Returns the highest sum of a step over all layers. */
export function highest(layers: readonly (readonly number[])[]): number {
  const sums = (layers[0] ?? []).map((_, step) =>
    layers.reduce((sum, values) => sum + (values[step] ?? 0), 0),
  );
  return Math.max(0, ...sums);
}

/** The height of the band by state, in shares: a low line, a half and a full band. */
const BAND_HEIGHTS = [0.2, 0.55, 1] as const;

/** Returns the path of the steps that have the state. States differ by height, not only by colour. */
export function bandPath(states: readonly (0 | 1 | 2 | null)[], state: 0 | 1 | 2): string {
  return barsPath(
    states.map((each) => (each === state ? BAND_HEIGHTS[state] : 0)),
    1,
  );
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
