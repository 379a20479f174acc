import type { AdminHealth, Health } from '../client/client.ts';
import { healthText, targetText } from './circuit-text.ts';
import { failureOf } from './failure.ts';
import { plainValue } from './plain-value.ts';
import type { Session } from './session.ts';

type View = Health | AdminHealth;

/**
 * Reads the health again and again until Ctrl-C. In a terminal it redraws the whole; otherwise it prints
 * a line per change. A failed read is reported and does not end it, unless it is the first.
 */
export async function watchCircuits(
  read: () => Promise<View>,
  everyMs: number,
  { terminal, world, ifInterrupted }: Session<unknown>,
): Promise<undefined> {
  ifInterrupted('Stopped.');
  const { clock, signal } = world;
  const seen = new Map<string, string>();
  let drawnLines = 0;
  let health = await read();
  while (!signal.aborted) {
    const view = health;
    if (terminal.isLive) {
      if (drawnLines > 0) terminal.write(`\u001b[${drawnLines}A\u001b[J`);
      let lines = 0;
      terminal.print(view, (plain, paint) => {
        const text = `${timeOf(clock.now())}\n${healthText(plain, paint)}`;
        lines = text.split('\n').length;
        return text;
      });
      drawnLines = lines;
    } else printChanges(view, seen, (line) => terminal.write(`${timeOf(clock.now())}  ${line}\n`));
    await clock.sleep(everyMs, signal);
    health = await read().catch((error: unknown) => {
      const failure = failureOf(error);
      if (!failure) throw error;
      terminal.note(...failure.lines);
      drawnLines = 0;
      return view;
    });
  }
  return undefined;
}

function printChanges(view: View, seen: Map<string, string>, print: (line: string) => void): void {
  for (const target of plainValue(view).targets) {
    const line = targetText(target, (_colour, text) => text);
    if (seen.get(target.target) !== line) print(line);
    seen.set(target.target, line);
  }
}

/** The time of day in UTC. */
function timeOf(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(11, 19)}Z`;
}
