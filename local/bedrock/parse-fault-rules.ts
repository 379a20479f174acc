import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { faultRule, RULE_VARIANTS, type Scenario } from './fault-rule.ts';

/** Thrown for rules that cannot be used. The message names the field, the value and what is allowed. */
export class FaultRuleError extends Error {
  override readonly name = 'FaultRuleError';
}

/** Checks one rule or a list of rules. */
export function parseFaultRules(input: unknown): Scenario {
  const isList = Array.isArray(input);
  const list: readonly unknown[] = isList ? input : [input];
  const result = z.array(faultRule).safeParse(list);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new FaultRuleError(issue ? describe(issue, list, isList) : 'not a fault rule');
}

/** Checks the JSON text of one rule or of a list of rules. */
export function parseFaultRulesText(text: string): Scenario {
  return parseFaultRules(readJson(text));
}

/** Reads the rules of a scenario file. The message of an error begins with the path. */
export function readScenario(path: string): Scenario {
  try {
    return parseFaultRulesText(readFileSync(path, 'utf8'));
  } catch (error: unknown) {
    throw new FaultRuleError(`${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error: unknown) {
    // The parser's message quotes the text and says where it is wrong.
    const reason = error instanceof Error ? error.message : String(error);
    const allowed = 'allowed is a rule such as {"fault":"hang"}, or a list of rules';
    throw new FaultRuleError(`${reason}; ${allowed}`);
  }
}

function describe(issue: z.core.$ZodIssue, list: readonly unknown[], isList: boolean): string {
  const [index = 0, ...path] = issue.path;
  const rule = list[Number(index)];
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const allowed = `no such field in this rule, allowed are ${fieldsOf(rule).join(', ')}`;
    return `${nameOf([...path, key])}: got ${excerpt(valueAt(rule, [...path, key]))}, ${allowed}`;
  }
  // An empty path means that the rule itself is not an object.
  const allowed = path.length === 0 ? 'an object such as {"fault":"hang"}' : issue.message;
  return `${nameOf(path)}: got ${excerpt(valueAt(rule, path))}, allowed is ${allowed}`;

  function nameOf(steps: readonly PropertyKey[]): string {
    const names = [...(isList ? [`[${String(index)}]`] : []), ...steps.map(String)];
    return names.join('.') || 'rule';
  }
}

function fieldsOf(rule: unknown): readonly string[] {
  const name = valueAt(rule, ['fault']);
  const variant = RULE_VARIANTS.find(({ shape }) => shape.fault.safeParse(name).success);
  return Object.keys(variant?.shape ?? {});
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
    value,
  );
}

function excerpt(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 80);
}
