import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

/** Keeps docs/breaker-cases.md and the titles of the tests in agreement. */
const PROJECT = fileURLToPath(new URL('../', import.meta.url));

describe('the numbered cases of the breaker', () => {
  const cases = casesIn(readFileSync(`${PROJECT}docs/breaker-cases.md`, 'utf8'));
  const titles = titlesIn(testSources());

  test('are found in the list and in titles', () => {
    expect(casesIn(SAMPLE_LIST)).toEqual([1, 19]);
    expect(titlesIn(SAMPLE_TEST)).toEqual(SAMPLE_TITLES);
  });

  test('have one entry each', () => {
    expect(new Set(cases).size).toBe(cases.length);
  });

  test('have at least one test each', () => {
    const tested = new Set(titles.flatMap(({ numbers }) => numbers));

    expect(cases.length).toBeGreaterThan(0);
    expect(cases.filter((number) => !tested.has(number))).toEqual([]);
  });

  test('are the only numbers that titles carry', () => {
    const unknown = titles.filter(({ numbers }) => numbers.some((each) => !cases.includes(each)));

    expect(unknown).toEqual([]);
  });
});

interface Title {
  readonly text: string;
  readonly numbers: readonly number[];
}

function testSources(): string {
  return readdirSync(`${PROJECT}test`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('breaker-cases.test.ts'))
    .map((name) => readFileSync(`${PROJECT}test/${name}`, 'utf8'))
    .join('\n');
}

/** A case is a list item that starts with its number in bold. */
function casesIn(list: string): number[] {
  return [...list.matchAll(/^- \*\*(\d+)\.\*\* \S/gm)].map(([, number]) => Number(number));
}

/** A title is a text that starts with the numbers of its cases: `27, 28. …` or `72-76. …`. */
function titlesIn(source: string): Title[] {
  const titles = source.matchAll(/(['"`])(\d+(?:(?:, |-)\d+)*)\. .*?\1/g);
  return [...titles].map(([text, , numbers = '']) => ({
    text: text.slice(1, -1),
    numbers: numbers.split(', ').flatMap(rangeOf),
  }));
}

function rangeOf(range: string): number[] {
  const [first = 0, last = first] = range.split('-').map(Number);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

const SAMPLE_LIST = `
1. An ordinary list.
- **1.** A case.
- **19.** Another, which mentions case **20.** in its text.
- **Bold**, but no number.
`;

const SAMPLE_TEST = `
test('1. is a case', () => {});
test.each([1, 2])(
  '2, 11. are two cases of a table: %s',
);
describe("72-74, 78. are a range and one more", () => {});
test('50 jobs succeed', () => {});
test('waits 3. times', () => {});
`;

const SAMPLE_TITLES: readonly Title[] = [
  { text: '1. is a case', numbers: [1] },
  { text: '2, 11. are two cases of a table: %s', numbers: [2, 11] },
  { text: '72-74, 78. are a range and one more', numbers: [72, 73, 74, 78] },
];
