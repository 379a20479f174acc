import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { QuotaLimits } from '../contract/policy.ts';
import type { AppliedQuotasStore } from '../core/admission/applied-quotas.ts';
import { isoTime } from '../core/clock.ts';
import { noteKey, parseNote } from './target-notes.ts';

const KEY = noteKey('quotas');

/** Reads and writes the account's quotas: one item of the circuits table that holds maps as JSON text. */
export function dynamoDbAppliedQuotas(
  client: DynamoDBClient,
  tableName: string,
): AppliedQuotasStore {
  return {
    async load() {
      const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key: KEY }));
      const checkedAtMs = Date.parse(Item?.checkedAt?.S ?? '');
      // An unreadable record, or part of it, counts as absent; the next check replaces it.
      if (Number.isNaN(checkedAtMs)) return undefined;
      return {
        checkedAtMs,
        limits: limitsIn(parseNote(Item?.limits?.S)),
        tokensPerDay: positiveIn(parseNote(Item?.tokensPerDay?.S)),
        withoutAccess: Item?.withoutAccess?.SS ?? [],
      };
    },

    async save({ checkedAtMs, limits, tokensPerDay, withoutAccess }) {
      await client.send(
        new PutItemCommand({
          TableName: tableName,
          Item: {
            ...KEY,
            checkedAt: { S: isoTime(checkedAtMs) },
            limits: { S: JSON.stringify(limits) },
            tokensPerDay: { S: JSON.stringify(tokensPerDay) },
            // DynamoDB has no empty sets.
            ...(withoutAccess.length > 0 && { withoutAccess: { SS: [...withoutAccess] } }),
          },
        }),
      );
    },
  };
}

function limitsIn(note: Readonly<Record<string, unknown>> = {}): Record<string, QuotaLimits> {
  const limits = Object.entries(note).map(([key, value]): [string, QuotaLimits] => {
    const { tokensPerMinute, requestsPerMinute } = Object(value);
    return [key, positiveIn({ tokensPerMinute, requestsPerMinute })];
  });
  return Object.fromEntries(limits.filter(([, each]) => Object.keys(each).length > 0));
}

/** A quota that is no positive number would stop all calls, so it counts as unknown. */
function positiveIn(note: Readonly<Record<string, unknown>> = {}): Record<string, number> {
  const isPositive = (entry: [string, unknown]): entry is [string, number] =>
    typeof entry[1] === 'number' && Number.isFinite(entry[1]) && entry[1] > 0;
  return Object.fromEntries(Object.entries(note).filter(isPositive));
}
