import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { LONGEST_WAIT_SECONDS } from '../lambda/contract/longest-wait.ts';
import { parseJobRequest } from '../lambda/contract/schemas/jobs.ts';
import { jobQuery, parseQuery } from '../lambda/contract/schemas/queries.ts';
import { someSettings } from './support/settings.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const PAGES = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/**/*.md', { cwd: ROOT })];

const read = (page: string) => readFileSync(join(ROOT, page), 'utf8');

test('every page links only to files and headings that exist', () => {
  const broken = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\]\((?!https?:)([^)]+)\)/g)]
      .map(([, link = '']) => link)
      .filter((link) => !exists(page, link))
      .map((link) => `${page}: ${link}`),
  );

  expect(broken).toEqual([]);
});

test('every block of commands can be parsed by a shell', () => {
  const blocks = PAGES.flatMap((page) => [...read(page).matchAll(/^ *```sh\n(.*?)^ *```/gms)]);

  expect(blocks.length).toBeGreaterThan(30);
  for (const [, commands = ''] of blocks) {
    execFileSync('bash', ['-n'], { input: commands, stdio: 'pipe' });
  }
});

test('the runbook quotes graphs and queries by the names that the dashboard shows', () => {
  const names = [...read('docs/runbook.md').matchAll(/(?<!\*)\*([^*]+)\*(?!\*)/g)];
  const sources = globSync('lib/monitoring/*.ts', { cwd: ROOT }).map(read).join('\n');

  const quoted = names.map(([, name = '']) => name.replaceAll(/\s+/g, ' '));
  expect(quoted.filter((name) => !sources.includes(name))).toEqual([]);
});

test('the error samples in docs/api.md match the API’s responses', () => {
  const samples = read('docs/api.md');
  const withoutPrompt = parseJobRequest({}, someSettings());
  const tooLong = parseQuery(jobQuery(LONGEST_WAIT_SECONDS.shared), { wait: ['99'] });

  for (const parsed of [withoutPrompt, tooLong]) {
    if (parsed.valid) throw new Error('expected an invalid request');
    expect(samples).toContain(JSON.stringify(parsed.errors[0]));
  }
});

function exists(page: string, link: string): boolean {
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? page : join(dirname(page), file);
  if (!existsSync(join(ROOT, target))) return false;
  return anchor === undefined || headings(target).includes(anchor);
}

/** Returns the anchors that GitHub gives to the headings of a page. */
function headings(page: string): readonly string[] {
  return [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );
}
