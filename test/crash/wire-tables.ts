import { EventEmitter } from 'node:events';
import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import type { Clock } from '../../lambda/core/clock.ts';
import { serveDynamoDb as serveEmbedded } from '../../local/aws/dynamodb.ts';
import { reply, type Service } from './wire-services.ts';

/** dynalite wants to see one, and believes it. */
const SOME_SIGNATURE = {
  'x-amz-date': '20260101T000000Z',
  authorization: [
    'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/dynamodb/aws4_request',
    'SignedHeaders=host',
    'Signature=test',
  ].join(', '),
};

/** As much of a signature as dynalite asks for. */
export async function unsigned<Request extends { headers: Record<string, string> }>(
  request: Request,
): Promise<Request> {
  Object.assign(request.headers, SOME_SIGNATURE);
  return request;
}

/** Its set-up makes dynalite send along the item that refused a write, as DynamoDB does. */
const isTaught = serveEmbedded(
  { resources: () => [], outputs: () => ({}), assetDir: () => '' },
  () => undefined,
);

/** As DynamoDB writes it: `{ "jobId": { "S": "…" } }`. */
export type Item = Record<string, AttributeValue>;

/** By key, as text. */
export type Items = ReadonlyMap<string, Item>;

/**
 * The tables of one world after the other: to fill them with what another world had there takes less
 * than to make them. They are in dynalite, which gets its requests without a socket.
 */
export class WireTables {
  /** What its answers are dated by. */
  clock: Pick<Clock, 'now'> = { now: () => 0 };
  readonly #server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  readonly #tables: readonly CreateTableCommandInput[];
  /** Of tables that nobody has written to since. */
  readonly #items = new Map<string, Promise<Items>>();

  private constructor(tables: readonly CreateTableCommandInput[]) {
    this.#tables = tables;
  }

  static async create(inputs: readonly CreateTableCommandInput[]): Promise<WireTables> {
    await isTaught;
    const tables = new WireTables(inputs);
    for (const input of inputs) await tables.#ask('CreateTable', input);
    for (const { TableName } of inputs) {
      const isActive = async () =>
        (await tables.#ask('DescribeTable', { TableName })).Table.TableStatus === 'ACTIVE';
      while (!(await isActive()));
    }
    return tables;
  }

  readonly serve: Service = async (request) => {
    const isWrite = /(Put|Update)Item$/.test(request.headers['x-amz-target'] ?? '');
    const table = isWrite ? /"TableName":"(\w+)"/.exec(request.body)?.[1] : undefined;
    if (!table) return this.#handle(request);
    this.#items.delete(table);
    const response = await this.#handle(request);
    this.#items.delete(table);
    return response;
  };

  items(table: CreateTableCommandInput): Promise<Items> {
    const { TableName = '' } = table;
    const items = this.#items.get(TableName) ?? this.#scan(table);
    this.#items.set(TableName, items);
    return items;
  }

  all(): Promise<readonly Items[]> {
    return Promise.all(this.#tables.map((table) => this.items(table)));
  }

  async become(all: readonly Items[]): Promise<void> {
    for (const [i, table] of this.#tables.entries()) await this.#fill(table, all[i] ?? new Map());
  }

  async #fill(table: CreateTableCommandInput, items: Items): Promise<void> {
    const { TableName = '' } = table;
    const present = await this.items(table);
    for (const key of present.keys()) {
      if (!items.has(key)) await this.#ask('DeleteItem', { TableName, Key: JSON.parse(key) });
    }
    for (const [key, Item] of items) {
      const isThere = JSON.stringify(present.get(key)) === JSON.stringify(Item);
      if (!isThere) await this.#ask('PutItem', { TableName, Item });
    }
    this.#items.set(TableName, Promise.resolve(items));
  }

  async #scan({ TableName, KeySchema = [] }: CreateTableCommandInput): Promise<Items> {
    const { Items } = await this.#ask('Scan', { TableName });
    const names = KeySchema.map(({ AttributeName = '' }) => AttributeName);
    const keyOf = (item: Item) =>
      JSON.stringify(Object.fromEntries(names.map((name) => [name, item[name]])));
    return new Map(Items.map((item: Item) => [keyOf(item), item]));
  }

  /** Past the SDK, and past every fate. */
  async #ask(operation: string, input: object) {
    const headers = {
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
      ...SOME_SIGNATURE,
    };
    const body = JSON.stringify(input);
    return JSON.parse((await this.#handle({ method: 'POST', path: '/', headers, body })).text);
  }

  readonly #handle: Service = ({ headers, body }) =>
    new Promise((resolve) => {
      const response = {
        statusCode: 200,
        setHeader: () => response,
        end: (text: string) => {
          const date = new Date(this.clock.now()).toUTCString();
          resolve(reply(response.statusCode, text, { date }));
        },
      };
      const request = Object.assign(new EventEmitter(), { method: 'POST', url: '/', headers });
      this.#server.emit('request', request, response);
      request.emit('data', Buffer.from(body));
      request.emit('end');
    });
}
