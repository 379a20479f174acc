import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ENV } from '../../lambda/contract/env.ts';
import { HANDLERS } from '../../lib/bundle.ts';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

const template = aTemplate({ settings: oneTargetSettings({ probe: { enabled: true } }) });

/** Set by Powertools' and our own defaults where they are missing. */
const OPTIONAL: readonly string[] = [ENV.debugShare];
const OURS: readonly string[] = Object.values(ENV);

let before: NodeJS.ProcessEnv;
beforeEach(() => {
  before = { ...process.env };
  for (const name of OURS) delete process.env[name];
  process.env.AWS_REGION = 'us-east-1';
});
afterEach(() => {
  process.env = before;
});

/** What the stack sets for a function, of our own names. */
function setByStack(handler: string): string[] {
  const id = `${handler.charAt(0).toUpperCase()}${handler.slice(1)}FunctionHandler`;
  const { Environment } = propertiesOf(template, 'AWS::Lambda::Function', id);
  const { Variables } = Environment as { Variables: Record<string, unknown> };
  return Object.keys(Variables).filter((name) => OURS.includes(name) && !OPTIONAL.includes(name));
}

/** Starts the function again and again, each time with the variable that it missed. */
async function missedByTurns(handler: string): Promise<string[]> {
  const missed: string[] = [];
  for (;;) {
    try {
      await import(`../../lambda/${handler}/handler.ts?starts=${missed.length}`);
      return missed;
    } catch (error) {
      const [, name] =
        /^environment variable (\w+) is not set/.exec((error as Error).message) ?? [];
      if (name === undefined) throw error;
      missed.push(name);
      process.env[name] = 'set';
    }
  }
}

describe('a cold start', () => {
  test.each(HANDLERS)(
    'of the %s function names each variable that is missing, and the stack sets them all',
    async (handler) => {
      const missed = await missedByTurns(handler);

      expect(missed.length).toBeGreaterThan(2);
      expect([...missed].sort()).toEqual(setByStack(handler).sort());
    },
  );
});
