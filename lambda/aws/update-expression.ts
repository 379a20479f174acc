import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Clause, RowUpdate } from '../core/jobs/row-update.ts';

type Expression = Pick<
  UpdateItemCommandInput,
  | 'UpdateExpression'
  | 'ConditionExpression'
  | 'ExpressionAttributeNames'
  | 'ExpressionAttributeValues'
>;

/**
 * Translates a row update into a DynamoDB update expression. Every name gets an alias, because some
 * names, such as `status`, are reserved words.
 */
export function updateExpression(update: RowUpdate): Expression {
  const names: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  const name = (field: string) => {
    names[`#${field}`] = field;
    return `#${field}`;
  };
  const value = (each: unknown) => {
    const alias = `:v${Object.keys(values).length}`;
    values[alias] = each;
    return alias;
  };

  const conditions = update.when.map((clause) => condition(clause, name(clause.field), value));
  const set = Object.entries(update.set)
    .filter(([, each]) => each !== undefined)
    .map(([field, each]) => `${name(field)} = ${value(each)}`);
  const remove = (update.remove ?? []).map(name);
  const add = Object.entries(update.add ?? {}).map(
    ([field, each]) => `${name(field)} ${value(each)}`,
  );
  return {
    UpdateExpression: [section('SET', set), section('REMOVE', remove), section('ADD', add)]
      .filter((each) => each !== '')
      .join(' '),
    ConditionExpression: conditions.join(' AND '),
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: marshall(values, { removeUndefinedValues: true }),
  };
}

function condition(clause: Clause, name: string, value: (each: unknown) => string): string {
  switch (clause.test) {
    case 'equals':
      return `${name} = ${value(clause.value)}`;
    case 'one-of':
      return `${name} IN (${clause.values.map(value).join(', ')})`;
    case 'absent':
      return `attribute_not_exists(${name})`;
    case 'below':
      return `${name} < ${value(clause.value)}`;
    case 'above':
      return `${name} > ${value(clause.value)}`;
    case 'absent-or-at-most':
      return `(attribute_not_exists(${name}) OR ${name} <= ${value(clause.value)})`;
    default:
      return clause satisfies never;
  }
}

function section(keyword: string, parts: readonly string[]): string {
  return parts.length === 0 ? '' : `${keyword} ${parts.join(', ')}`;
}
