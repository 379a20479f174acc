import { afterAll, describe, expect, test } from '@jest/globals';
import { describeFinding, explore } from './explore.ts';
import { memoryPlatform } from './memory-platform.ts';
import { PATHS } from './paths.ts';
import { printTable } from './report.ts';
import { SEEDED_BUGS } from './seeded-bugs.ts';
import { SEEDED_QUOTA_BUGS } from './seeded-quota-bugs.ts';

const found: (readonly string[])[] = [];
afterAll(() => printTable('Seeded bugs', ['bug', 'promise', 'found'], found));

describe('the exploration finds a seeded bug', () => {
  test.each([...SEEDED_BUGS, ...SEEDED_QUOTA_BUGS])(
    '$name',
    async ({ name, path: pathName, depth = 1, breaks, tamper }) => {
      const path = PATHS.find((each) => each.name === pathName);
      if (!path) throw new Error(`no path is called ${pathName}`);

      const exploration = { platform: memoryPlatform, path, depth, tamper, mostFindings: 1 };
      const [finding] = (await explore(exploration)).findings;

      expect(finding?.broken).toContain(breaks);
      if (finding) found.push([name, breaks, describeFinding(finding).split(' → ')[0] ?? '']);
    },
  );
});
