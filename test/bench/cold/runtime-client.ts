import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The official runtime interface client: the program that loads a function on Lambda. */
const PACKAGE = 'aws-lambda-ric@4.0.2';

/**
 * Installs the runtime interface client into a folder, without the scripts that compile its native
 * part. Returns the path of its program.
 */
export function installRuntimeClient(folder: string): string {
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['install', ...options, PACKAGE], { cwd: folder, stdio: 'inherit' });
  const client = join(folder, 'node_modules', 'aws-lambda-ric');
  // The program looks for this file; preload.cjs stands in for its content.
  writeFileSync(join(client, 'rapid-client.node'), '');
  return join(client, 'index.mjs');
}
