import type { Tally } from './explore.ts';
import type { Promised } from './promises.ts';

/** Prints one line for each path: its faults and their consequences. */
export function printTallies(title: string, tallies: readonly Tally[]): void {
  const rows = [...tallies.map(figuresOf), figuresOf(totalOf(tallies))];
  printTable(title, HEADINGS, rows);
}

/** Prints a table directly to stdout, because the test runner would add a stack trace to each line. */
export function printTable(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  const lines = [title, line(headings), ...rows.map(line)].map((text) => text.trimEnd());
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

const HEADINGS = [
  'path',
  'points',
  'runs',
  'jobs lost',
  'doubled results',
  'extra calls per crash',
  'ends not published',
  'in an end state',
] as const;

function figuresOf(tally: Tally): readonly string[] {
  const { path, points, runs, ended, mostExtraCalls } = tally;
  const count = (promise: Promised) => String(brokenIn(tally, promise));
  const share = `${((100 * ended) / runs).toFixed(ended === runs ? 0 : 2)} %`;
  return [
    ...[path, String(points), String(runs), count('ends'), count('one result')],
    ...[`at most ${mostExtraCalls}`, count('at least one event'), share],
  ];
}

function brokenIn({ findings }: Tally, promise: Promised): number {
  return findings.filter(({ broken }) => broken.includes(promise)).length;
}

function totalOf(tallies: readonly Tally[]): Tally {
  const sum = (figure: (tally: Tally) => number) =>
    tallies.reduce((total, tally) => total + figure(tally), 0);
  return {
    path: 'all',
    points: sum(({ points }) => points),
    runs: sum(({ runs }) => runs),
    ended: sum(({ ended }) => ended),
    mostExtraCalls: Math.max(...tallies.map((tally) => tally.mostExtraCalls)),
    hit: new Set(tallies.flatMap(({ hit }) => [...hit])),
    findings: tallies.flatMap(({ findings }) => findings),
    sample: [],
  };
}
