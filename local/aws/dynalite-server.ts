import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import dynalite from 'dynalite';
import conditionParser from 'dynalite/db/conditionParser.js';
import db from 'dynalite/db/index.js';
import updateParser from 'dynalite/db/updateParser.js';
import deleteItem from 'dynalite/validations/deleteItem.js';
import putItem from 'dynalite/validations/putItem.js';
import updateItem from 'dynalite/validations/updateItem.js';
import type { Reply } from '../../console/server/loopback.ts';
import { parseOnce } from './expressions.ts';

export type Dynalite = ReturnType<typeof dynalite>;

returnItemOfFailedConditions();
for (const parser of [conditionParser, updateParser]) parseOnce(parser);

/** Creates an in-memory dynalite without a socket. */
export function createDynalite(): Dynalite {
  return dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}

/** Sends a request to dynalite from within this process. */
export function ask(server: Dynalite, headers: IncomingHttpHeaders, body: Buffer): Promise<Reply> {
  return new Promise((resolve) => {
    const answered: Record<string, string> = {};
    const response = {
      statusCode: 0,
      setHeader: (name: string, value: string) => {
        answered[name] = value;
        return response;
      },
      end: (content: string | Buffer) =>
        resolve({ status: response.statusCode, headers: answered, body: content }),
    };
    const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
    server.emit('request', request, response);
    request.emit('data', body);
    request.emit('end');
  });
}

/**
 * Makes dynalite return the item of a failed condition, as DynamoDB does. dynalite itself ignores
 * ReturnValuesOnConditionCheckFailure. It checks the condition while it holds the item's lock, so the
 * item that is added here is the one that failed the condition.
 */
function returnItemOfFailedConditions(): void {
  const option = 'ReturnValuesOnConditionCheckFailure';
  for (const { types } of [putItem, updateItem, deleteItem]) {
    types[option] = { type: 'String', enum: ['ALL_OLD', 'NONE'] };
  }
  const check = db.checkConditional;
  db.checkConditional = (request, existingItem) => {
    const failure = check(request, existingItem);
    if (failure && existingItem && request[option] === 'ALL_OLD') failure.body.Item = existingItem;
    return failure;
  };
}
