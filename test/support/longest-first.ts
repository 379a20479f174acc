import sequencer from '@jest/test-sequencer';

/** Its types are those of its CommonJS build, where the class is `default`; Node loads the other. */
const Sequencer = sequencer as unknown as typeof sequencer.default;

/** Suites of up to a minute: begun late, one of them runs on alone while the other workers idle. */
const LONG = [/\/crash\/(pairs|single-points)/, /\/stores\/dynamodb-/, /\/e2e\//];

/** Jest's own order knows only how long suites took here before, which on a fresh clone is nothing. */
export default class LongestFirst extends Sequencer {
  override sort(tests: Parameters<sequencer.default['sort']>[0]) {
    const place = ({ path }: { readonly path: string }) => {
      const found = LONG.findIndex((pattern) => pattern.test(path));
      return found < 0 ? LONG.length : found;
    };
    return [...tests].sort((a, b) => place(a) - place(b));
  }
}
