import type { Finding } from './finding.ts';

/** The oldest major version that `engines` in package.json allows. */
const OLDEST_MAJOR = 20;

/** `version` as in `process.versions.node`. */
export function checkNode(version: string): Finding {
  const finding = { check: 'node', subject: `Node ${version}` } as const;
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) {
    return { ...finding, level: 'good', found: 'runs the app' };
  }
  const fix = `install Node ${OLDEST_MAJOR} or newer`;
  return { ...finding, level: 'bad', found: 'is too old', fix };
}
