import type { Finding } from './finding.ts';

/** The oldest major version that `engines` in package.json allows. */
const OLDEST_MAJOR = 20;

/** @param version as in `process.versions.node` */
export function checkNode(version: string): Finding {
  const finding = { check: 'node', subject: `Node ${version}` } as const;
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) {
    return { ...finding, level: 'good', found: 'supported' };
  }
  const found = `too old, ${OLDEST_MAJOR} or newer is needed`;
  return { ...finding, level: 'bad', found, fix: `install Node ${OLDEST_MAJOR} or newer` };
}
