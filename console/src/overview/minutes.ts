import type { Lane } from './lanes.ts';

const MINUTE_MS = 60_000;

export interface MinuteTable {
  readonly columns: readonly string[];
  /** Latest minute first. */
  readonly rows: readonly { readonly at: string; readonly cells: readonly string[] }[];
}

/** Returns the numbers of the lanes as a table with one row for each minute. */
export function minuteTable(lanes: readonly Lane[], fromMs: number, stepMs: number): MinuteTable {
  const columns = lanes.flatMap(({ label, layers, format }) =>
    layers.map(({ name, values }) => ({
      title: layers.length === 1 ? label : `${label}: ${name}`,
      values,
      format: format ?? ((value: number) => Math.round(value).toLocaleString('en-US')),
      // Times are not added up.
      isMean: name.startsWith('time'),
    })),
  );
  const steps = columns[0]?.values.length ?? 0;
  const perRow = Math.max(1, Math.round(MINUTE_MS / stepMs));
  const starts = Array.from({ length: Math.ceil(steps / perRow) }, (_, row) => row * perRow);
  return {
    columns: columns.map(({ title }) => title),
    rows: starts.toReversed().map((start) => ({
      at: new Date(fromMs + start * stepMs).toISOString(),
      cells: columns.map(({ values, format, isMean }) => {
        const its = values.slice(start, start + perRow);
        const filled = its.filter((value) => value > 0).length;
        const total = its.reduce((sum, value) => sum + value, 0);
        return format(isMean && filled > 0 ? total / filled : total);
      }),
    })),
  };
}
