import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { bundlePage, type Page } from '../../console/server/page.ts';

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
