import { marshall } from '@aws-sdk/util-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import type { Expected, StoredRecord } from '../core/breaker/circuit-store.ts';
import { isObject } from '../core/breaker/record-fields.ts';

/**
 * Returns the condition that makes a save succeed only if the item is as expected. An unreadable
 * record is compared value by value, and the fields that `record` would add must be absent.
 */
export function conditionOf(expected: Expected, record: StoredRecord) {
  const names = new Placeholders<string>('#n');
  const values = new Placeholders<unknown>(':v');
  const item = names.of(CIRCUITS_TABLE.sortKey);
  const clauses =
    expected === 'absent'
      ? [`attribute_not_exists(${item})`]
      : [`attribute_exists(${item})`, ...clausesOf(expected, record, names, values)];
  return {
    ConditionExpression: clauses.join(' AND '),
    ExpressionAttributeNames: names.all(),
    ...(values.size > 0 && { ExpressionAttributeValues: marshall(values.all()) }),
  };
}

function clausesOf(
  expected: Exclude<Expected, 'absent'>,
  record: StoredRecord,
  names: Placeholders<string>,
  values: Placeholders<unknown>,
): string[] {
  if ('version' in expected) {
    return [`${names.of('version')} = ${values.of(expected.version)}`];
  }
  const found = Object(expected.raw);
  const added = Object.keys(record).filter((field) => !(field in found));
  return [
    ...Object.entries(found).flatMap(([field, value]) => equals(names.of(field), value)),
    ...added.map((field) => `attribute_not_exists(${names.of(field)})`),
  ];

  /** Returns conditions that compare each value and the size of each list and map. */
  function equals(path: string, value: unknown): string[] {
    if (!isContainer(value)) return [`${path} = ${values.of(value)}`];
    const parts = Array.isArray(value)
      ? value.flatMap((part, i) => equals(`${path}[${i}]`, part))
      : Object.entries(value).flatMap(([name, part]) => equals(`${path}.${names.of(name)}`, part));
    const size = Array.isArray(value) ? value.length : Object.keys(value).length;
    return [`size(${path}) = ${values.of(size)}`, ...parts];
  }
}

/** True for lists and maps. Sets and bytes are compared as a whole. */
function isContainer(value: unknown): value is object {
  return Array.isArray(value) || (isObject(value) && value.constructor === Object);
}

/** The aliases of names or values in an expression. */
class Placeholders<Value> {
  readonly #prefix: string;
  readonly #values: Value[] = [];

  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  get size(): number {
    return this.#values.length;
  }

  of(value: Value): string {
    this.#values.push(value);
    return `${this.#prefix}${this.#values.length - 1}`;
  }

  all(): Record<string, Value> {
    return Object.fromEntries(this.#values.map((value, i) => [`${this.#prefix}${i}`, value]));
  }
}
