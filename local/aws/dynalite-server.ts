import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import dynalite from 'dynalite';
import conditionParser from 'dynalite/db/conditionParser.js';
import db from 'dynalite/db/index.js';
import updateParser from 'dynalite/db/updateParser.js';
import deleteItem from 'dynalite/validations/deleteItem.js';
import putItem from 'dynalite/validations/putItem.js';
import updateItem from 'dynalite/validations/updateItem.js';
import { parseOnce } from './expressions.ts';

export type Dynalite = ReturnType<typeof dynalite>;

returnItemOfFailedConditions();
for (const parser of [conditionParser, updateParser]) parseOnce(parser);

/** Creates an in-memory dynalite without a socket. */
export function createDynalite(): Dynalite {
  return dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
}

/** Gives dynalite a request whose body was already read. dynalite writes to `response` itself. */
export function handOver(
  server: Dynalite,
  headers: IncomingHttpHeaders,
  body: Buffer,
  response: object,
): void {
  const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
  server.emit('request', request, response);
  request.emit('data', body);
  request.emit('end');
}

/** Sends a request to dynalite from within this process. */
export function ask(
  server: Dynalite,
  headers: IncomingHttpHeaders,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve) => {
    const response = {
      statusCode: 0,
      setHeader: () => response,
      end: (text: string) => resolve({ status: response.statusCode, text }),
    };
    handOver(server, headers, Buffer.from(body), response);
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
