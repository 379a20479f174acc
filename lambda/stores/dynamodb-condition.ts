import { marshall } from '@aws-sdk/util-dynamodb';
import { CIRCUITS_TABLE } from '../contract/keys.ts';
import type { Expected, StoredRecord } from '../core/breaker/circuit-store.ts';
import { isObject } from '../core/breaker/record.ts';

/**
 * The condition that lets a save through only if the item is as expected. A record that cannot be
 * read is compared by each value that was read of it, and by the absence of what `record` would add.
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

  /** Leaf by leaf, with the sizes of what holds them. */
  function equals(path: string, value: unknown): string[] {
    if (!isContainer(value)) return [`${path} = ${values.of(value)}`];
    const parts = Array.isArray(value)
      ? value.flatMap((part, i) => equals(`${path}[${i}]`, part))
      : Object.entries(value).flatMap(([name, part]) => equals(`${path}.${names.of(name)}`, part));
    const size = Array.isArray(value) ? value.length : Object.keys(value).length;
    return [`size(${path}) = ${values.of(size)}`, ...parts];
  }
}

/** Lists and maps; sets and bytes are compared whole. */
function isContainer(value: unknown): value is object {
  return Array.isArray(value) || (isObject(value) && value.constructor === Object);
}

/** Names and values stand in an expression under aliases. */
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
    const known = this.#values.indexOf(value);
    if (known >= 0) return `${this.#prefix}${known}`;
    this.#values.push(value);
    return `${this.#prefix}${this.#values.length - 1}`;
  }

  all(): Record<string, Value> {
    return Object.fromEntries(this.#values.map((value, i) => [`${this.#prefix}${i}`, value]));
  }
}
