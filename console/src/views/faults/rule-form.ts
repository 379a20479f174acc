/** The fields of a rule as a form has them, and the rule that they make. */
import type { Fault, FaultDescription, FieldSchema, Rule } from './fault-description.ts';

/** A field of the form for a rule. */
export interface RuleField {
  readonly name: string;
  readonly schema: FieldSchema;
  readonly isRequired: boolean;
}

/** The texts that a person has entered, by field. An empty text leaves the field out. */
export type RuleTexts = Readonly<Record<string, string>>;

/** Returns the fields of a fault: its own first, then those that every rule has. */
export function fieldsOf(description: FaultDescription, fault: Fault): readonly RuleField[] {
  const own = Object.entries(fault.fields).map(([name, schema]) => ({
    name,
    schema,
    isRequired: fault.required.includes(name),
  }));
  const common = Object.entries(description.fields).map(([name, schema]) => ({
    name,
    schema,
    isRequired: false,
  }));
  return [...own, ...common];
}

export type ReadRule =
  | { readonly valid: true; readonly rule: Rule }
  | { readonly valid: false; readonly field: string; readonly fault: string };

/**
 * Returns the rule of the texts. Only what cannot be written in JSON is refused here: the fake checks
 * the rest, so that its limits are written down once.
 */
export function readRule(fault: string, fields: readonly RuleField[], texts: RuleTexts): ReadRule {
  const rule: Record<string, unknown> = { fault };
  for (const { name, schema } of fields) {
    const text = (texts[name] ?? '').trim();
    if (text === '') continue;
    const value = enteredValue(schema, text);
    if (value === undefined) {
      return { valid: false, field: name, fault: `got ${text}, allowed is ${rangeOf(schema)}` };
    }
    rule[name] = value;
  }
  return { valid: true, rule: rule as Rule };
}

function enteredValue({ type }: FieldSchema, text: string): unknown {
  if (type === 'number' || type === 'integer') {
    const number = Number(text);
    return Number.isFinite(number) ? number : undefined;
  }
  if (type !== 'object') return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** Returns `above 0 and at most 1 (share)`, or `one of …`. */
export function rangeOf(schema: FieldSchema): string {
  const { type, unit, minimum, maximum, exclusiveMinimum } = schema;
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (type === 'object') return 'a JSON object';
  if (type !== 'number' && type !== 'integer') return 'a text';
  const kind = type === 'integer' ? 'a whole number' : 'a number';
  const limits = [
    ...(exclusiveMinimum === undefined ? [] : [`above ${exclusiveMinimum}`]),
    ...(minimum === undefined ? [] : [`at least ${minimum}`]),
    // zod writes the largest safe integer as the maximum of every whole number.
    ...(maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? [] : [`at most ${maximum}`]),
  ];
  return [kind, limits.join(' and '), unit && `(${unit})`].filter(Boolean).join(' ');
}

/** Parts the fake's message `probability: got 2, allowed is …` into the field and the fault. */
export function faultOf(message: string): { readonly field?: string; readonly fault: string } {
  const shown = message.replace(/; GET \/_control describes all faults$/, '');
  const [, field, fault] = /^(?:\[\d+\]\.)?([A-Za-z]\w*): (.*)$/s.exec(shown) ?? [];
  return field === undefined || fault === undefined ? { fault: shown } : { field, fault };
}

/** Returns a sentence on a rule: `throttle-minute in us-east-1 for *sonnet* · probability 0.5`. */
export function ruleSentence(rule: Rule): string {
  const { fault, region, model, ...others } = rule;
  const where = [region && `in ${region}`, model && `for ${model}`].filter(Boolean).join(' ');
  const rest = Object.entries(others).map(([name, value]) => `${name} ${textOf(value)}`);
  return [`${fault} ${where || 'everywhere'}`, ...rest].join(' · ');
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Returns the rule of the switch for one target, or for a whole region. */
export function switchRule(fault: string, place: { region: string; model?: string }): Rule {
  return { ...place, fault };
}

/** True if the rule is one that a switch sets for this place: for all its calls, from now on. */
export function isSwitchOf(rule: Rule, place: { region: string; model?: string }): boolean {
  const { fault: _, region, model, ...others } = rule;
  return region === place.region && model === place.model && Object.keys(others).length === 0;
}
