import { plainLine } from './plain-value.ts';
import type { World } from './world.ts';

/** Returns true if a person can be asked. */
export function canAsk({ stdin, stderr }: World): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}

/** Asks for a yes on the terminal. Any other answer, or none, is a no. */
export async function confirm({ stdin, stderr }: World, question: string): Promise<boolean> {
  stderr.write(`${plainLine(question)} [y/N] `);
  let answer = '';
  for await (const chunk of stdin) {
    answer += typeof chunk === 'string' ? chunk : new TextDecoder().decode(chunk);
    if (answer.includes('\n')) break;
  }
  return /^\s*y(es)?\s*$/i.test(answer);
}
