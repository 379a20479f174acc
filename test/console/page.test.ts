import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { bundlePage, createPageLoader, type Page, writePage } from '../../console/server/page.ts';

/** 40 kB, of 1,024 bytes each. */
const MAX_GZIPPED_BYTES = 40 * 1024;

describe('the page', () => {
  let page: Page;
  beforeAll(async () => {
    page = await bundlePage();
  });

  test('takes at most 40 kB, gzipped', () => {
    const sizes = [...page.values()].map(({ body }) => gzipSync(body).length);
    const total = sizes.reduce((sum, size) => sum + size, 0);

    expect(total).toBeGreaterThan(4_000);
    expect(total).toBeLessThanOrEqual(MAX_GZIPPED_BYTES);
  });

  test('is one document, one script and one style sheet, and perhaps icons', () => {
    const paths = [...page.keys()].filter((path) => !path.endsWith('.svg'));

    expect(paths.sort()).toEqual(['/', '/console/page.css', '/console/page.js']);
  });

  test('has no script and no style in its document, which the policy would refuse', () => {
    const html = String(page.get('/')?.body);

    expect(html).toContain('src="/console/page.js"');
    expect(html).toContain('href="/console/page.css"');
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=|javascript:|data:/i);
  });

  test('names no other host', () => {
    const hosts = [...page.values()].flatMap(({ body }) =>
      [...String(body).matchAll(/(?:https?:)?\/\/([\w-]+\.[a-z]{2,}|\d+\.\d+\.\d+\.\d+)/g)].map(
        ([, host]) => host,
      ),
    );
    // The namespaces of SVG and MathML are names, not addresses.
    expect(hosts.filter((host) => host !== 'www.w3' && host !== '127.0.0.1')).toEqual([]);
  });
});

describe('the loader of the page', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-page-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const script = async (load: () => Promise<Page>) =>
    String((await load()).get('/console/page.js')?.body).trim();

  test('bundles the sources once, and again after an edit', async () => {
    const sources = join(folder, 'src');
    await mkdir(sources);
    await writeFile(join(sources, 'index.html'), '<!doctype html>');
    await writeFile(join(sources, 'main.tsx'), 'document.title = "first";');
    const load = createPageLoader(sources, join(folder, 'page'));

    expect(await load()).toBe(await load());
    expect(await script(load)).toMatch(/document\.title="first";$/);

    await writeFile(join(sources, 'main.tsx'), 'document.title = "second";');
    await utimes(join(sources, 'main.tsx'), new Date(), new Date(Date.now() + 60_000));
    expect(await script(load)).toMatch(/document\.title="second";$/);
  });

  test('serves the page as it was built if there are no sources', async () => {
    const built = join(folder, 'page');
    await writePage(await bundlePage(), built);

    const page = await createPageLoader(join(folder, 'src'), built)();

    expect([...page.keys()].sort()).toEqual([...(await bundlePage()).keys()].sort());
    expect(page.get('/')?.contentType).toBe('text/html; charset=utf-8');
    expect(page.get('/console/icon-aws.svg')?.contentType).toBe('image/svg+xml');
  });
});
