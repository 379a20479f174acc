import sequencer from '@jest/test-sequencer';

/** Jest's sequencer class. The types describe the CommonJS build, but Node loads the ESM build. */
const Sequencer = sequencer as unknown as typeof sequencer.default;

/** Suites that take up to a minute. If one started last, the other workers would be idle. */
const LONG = [
  /\/crash\/(pairs|single-points)/,
  /\/e2e\/|\/console\/browser/,
  /\/stores\/dynamodb-/,
  /\/lib\/all/,
];

/** Starts the longest suites first. Jest's own order needs earlier timings, which a fresh clone lacks. */
export default class LongestFirst extends Sequencer {
  override sort(tests: Parameters<sequencer.default['sort']>[0]) {
    const place = ({ path }: { readonly path: string }) => {
      const found = LONG.findIndex((pattern) => pattern.test(path));
      return found < 0 ? LONG.length : found;
    };
    return [...tests].sort((a, b) => place(a) - place(b));
  }
}
