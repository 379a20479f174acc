import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the page, ready to be sent. */
export interface PageFile {
  readonly contentType: string;
  readonly body: Buffer;
  readonly etag: string;
}

/** The files of the page by the path at which they are served: `/`, `/console/page.js`, … */
export type Page = ReadonlyMap<string, PageFile>;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const SOURCES = fileURLToPath(new URL('../src/', import.meta.url));
/** `npm run build` writes the files here. A clone does not have the folder. */
const BUILT = fileURLToPath(new URL('../page/', import.meta.url));

/**
 * Returns a function that returns the page: as it was built for the published package, or bundled from
 * its sources. The sources are bundled when the page is first asked for, and again after an edit.
 */
export function createPageLoader(sources = SOURCES, built = BUILT): () => Promise<Page> {
  let page: Promise<Page> | undefined;
  let bundledAt = '';
  return async () => {
    const edited = existsSync(sources) ? await latestEdit(sources) : '';
    if (page && edited === bundledAt) return page;
    bundledAt = edited;
    page = edited === '' ? filesIn(built, /./).then(pageOf) : bundlePage(sources);
    // An error of the bundler, such as a syntax error, is shown again until the next edit.
    page.catch(() => undefined);
    return page;
  };
}

/** Bundles the page from `console/src`. It takes about 100 ms. */
export async function bundlePage(sources = SOURCES): Promise<Page> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: { page: join(sources, 'main.tsx') },
    outdir: sources,
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'transform',
    jsxFactory: 'h',
    jsxFragment: 'Fragment',
    inject: [join(SOURCES, 'jsx.ts')],
    // Without the settings of tsconfig.json, which choose the automatic runtime.
    tsconfigRaw: {},
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'none',
    logLevel: 'silent',
  });
  const bundles = outputFiles.map(({ path, contents }): [string, Buffer] => [
    basename(path),
    Buffer.from(contents),
  ]);
  return pageOf([...(await filesIn(sources, /\.(html|svg)$/)), ...bundles]);
}

/** Writes the page into a folder, from which the published package serves it. */
export async function writePage(page: Page, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [path, { body }] of page) {
    await writeFile(join(folder, path === '/' ? 'index.html' : basename(path)), body);
  }
}

/** Returns a text that changes with every edit of a file in the folder. */
async function latestEdit(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  const edits = await Promise.all(
    files
      .filter((each) => each.isFile())
      .map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).mtimeMs),
  );
  return `${edits.length} files, ${Math.max(...edits)}`;
}

async function filesIn(folder: string, pattern: RegExp): Promise<[string, Buffer][]> {
  const names = (await readdir(folder)).filter((name) => pattern.test(name));
  return Promise.all(
    names.map(
      async (name): Promise<[string, Buffer]> => [name, await readFile(join(folder, name))],
    ),
  );
}

function pageOf(files: readonly [name: string, body: Buffer][]): Page {
  return new Map(
    files.map(([name, body]) => [
      name === 'index.html' ? '/' : `/console/${name}`,
      {
        contentType: CONTENT_TYPES[extname(name)] ?? 'application/octet-stream',
        body,
        etag: etagOf(body),
      },
    ]),
  );
}

/** Returns the strong ETag of a body. */
export function etagOf(body: string | Buffer): string {
  return `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
}
