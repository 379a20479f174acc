import type { Finding } from './finding.ts';

/** Returns a line for each finding, followed by its fix. The level is a word, not a colour. */
export function reportText(findings: readonly Finding[]): string {
  const lines = findings.map(({ level, check, subject, found, fix }) => {
    const line = `${SYMBOLS[level]} ${check}: ${subject}: ${found}\n`;
    return fix === undefined ? line : `${line}    fix: ${fix}\n`;
  });
  return `${lines.join('')}${summary(findings)}\n`;
}

/** Returns the document that `--json` prints. `healthy` is false if any finding is bad. */
export function reportJson(findings: readonly Finding[]): string {
  return `${JSON.stringify({ healthy: isHealthy(findings), findings }, null, 2)}\n`;
}

export function isHealthy(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level !== 'bad');
}

const SYMBOLS = { good: '✓ ok  ', warning: '! warn', bad: '✗ BAD ' } as const;

function summary(findings: readonly Finding[]): string {
  const count = (level: Finding['level']) => findings.filter((each) => each.level === level).length;
  return `${count('good')} ok, ${count('warning')} to look at, ${count('bad')} bad`;
}
