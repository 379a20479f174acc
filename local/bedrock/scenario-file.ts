import { readFileSync } from 'node:fs';
import { parseFaultRules, type Scenario } from './fault-rule.ts';

/** Thrown for a scenario that cannot be played; names the file and the fault. */
export class ScenarioError extends Error {
  override readonly name = 'ScenarioError';
}

/** A list of fault rules in JSON, each with `atSeconds` and `forSeconds` from the start on. */
export function readScenario(path: string): Scenario {
  try {
    return parseFaultRules(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error: unknown) {
    throw new ScenarioError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
