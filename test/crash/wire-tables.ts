import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../lambda/core/clock.ts';
import { ask, createDynalite } from '../../local/aws/dynalite-server.ts';
import { credentialOf } from '../../local/iam.ts';
import { reply, type Service } from './wire-services.ts';

/** dynalite wants to see one, and believes it. */
const SOME_SIGNATURE = { 'x-amz-date': '20260101T000000Z', authorization: credentialOf('test') };

/** As much of a signature as dynalite asks for. */
export async function unsigned<Request extends { headers: Record<string, string> }>(
  request: Request,
): Promise<Request> {
  Object.assign(request.headers, SOME_SIGNATURE);
  return request;
}

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
  readonly #server = createDynalite();
  readonly #tables: readonly CreateTableCommandInput[];
  /** Of tables that nobody has written to since. */
  readonly #items = new Map<string, Promise<Items>>();

  private constructor(tables: readonly CreateTableCommandInput[]) {
    this.#tables = tables;
  }

  static async create(inputs: readonly CreateTableCommandInput[]): Promise<WireTables> {
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

  readonly #handle: Service = async ({ headers, body }) => {
    const { status, text } = await ask(this.#server, headers, body);
    return reply(status, text, { date: new Date(this.clock.now()).toUTCString() });
  };
}
