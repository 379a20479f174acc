import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ENV } from '../../lambda/contract/env.ts';
import { HANDLERS } from '../../lib/bundle.ts';
import { aTemplate, oneTargetSettings } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

const template = aTemplate({ settings: oneTargetSettings({ probe: { enabled: true } }) });

/** Variables that have a default, so that a function starts without them. */
const OPTIONAL: readonly string[] = [ENV.debugShare];
const OURS: readonly string[] = Object.values(ENV);

let before: NodeJS.ProcessEnv;
beforeEach(() => {
  before = { ...process.env };
  for (const name of OURS) delete process.env[name];
  process.env.AWS_REGION = 'us-east-1';
  // The functions read their settings while they load; here, nothing answers.
  process.env.AWS_ENDPOINT_URL = 'http://127.0.0.1:1';
  process.env.POWERTOOLS_LOG_LEVEL = 'SILENT';
});
afterEach(() => {
  process.env = before;
});

/** Returns the required variables that the stack sets for a function. */
function setByStack(handler: string): string[] {
  const id = `${handler.charAt(0).toUpperCase()}${handler.slice(1)}FunctionHandler`;
  const { Environment } = propertiesOf(template, 'AWS::Lambda::Function', id);
  const { Variables } = Environment as { Variables: Record<string, unknown> };
  return Object.keys(Variables).filter((name) => OURS.includes(name) && !OPTIONAL.includes(name));
}

/** Starts the function until it succeeds, each time with the variable that it reported missing. */
async function missingVariables(handler: string): Promise<string[]> {
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
    'of the %s function names each missing variable, and the stack sets them all',
    async (handler) => {
      const missed = await missingVariables(handler);

      expect(missed.length).toBeGreaterThan(1);
      expect([...missed].sort()).toEqual(setByStack(handler).sort());
    },
  );
});
