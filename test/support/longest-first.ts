import sequencer from '@jest/test-sequencer';

/** The types describe the CommonJS build, whose class is `default`, but Node loads the ESM build. */
const Sequencer = sequencer as unknown as typeof sequencer.default;

/** Suites of up to a minute. If one of them started last, the other workers would sit idle. */
const LONG = [/\/crash\/(pairs|single-points)/, /\/stores\/dynamodb-/, /\/e2e\//];

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
