import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../lambda/core/clock.ts';
import { ask, createDynalite } from '../../local/aws/dynalite-server.ts';
import { SOME_SIGNATURE } from '../support/dynalite-table.ts';
import { reply, type Service } from './wire-message.ts';

/** The operations, as a header names them, that change nothing. */
const READS = /\.(GetItem|Query)$/;

/** An item in DynamoDB's own form: `{ "jobId": { "S": "…" } }`. */
export type Item = Record<string, AttributeValue>;

/** The items of a table. The map's keys are the items' keys as JSON. */
export type Items = ReadonlyMap<string, Item>;

/**
 * The tables in dynalite, which receives its requests without a socket. The simulations use the
 * same tables, one after the other, because replacing the items takes less time than creating
 * tables.
 */
export class WireTables {
  /** The clock for the Date header of the responses. */
  clock: Pick<Clock, 'now'> = { now: () => 0 };
  readonly #server = createDynalite();
  readonly #tables: readonly CreateTableCommandInput[];
  /** The items of each table, as of the last change. Reading them from dynalite takes a sixth of a run. */
  readonly #read = new Map<string, { readonly changes: number; readonly items: Promise<Items> }>();
  /** The number of starts and ends of requests that may change items. */
  #changes = 0;

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

  /** Serves one request. The Date header of the response is the simulated time. */
  readonly serve: Service = async ({ headers, body }) => {
    const change = READS.test(headers['x-amz-target'] ?? '') ? 0 : 1;
    this.#changes += change;
    const answer = await ask(this.#server, { ...headers, ...SOME_SIGNATURE }, Buffer.from(body));
    this.#changes += change;
    return reply(answer.status, String(answer.body), {
      date: new Date(this.clock.now()).toUTCString(),
    });
  };

  items(table: CreateTableCommandInput): Promise<Items> {
    const read = this.#read.get(table.TableName ?? '');
    if (read?.changes === this.#changes) return read.items;
    const items = this.#scan(table);
    this.#keep(table, items);
    return items;
  }

  async #scan({ TableName, KeySchema = [] }: CreateTableCommandInput): Promise<Items> {
    const { Items } = await this.#ask('Scan', { TableName });
    const names = KeySchema.map(({ AttributeName = '' }) => AttributeName);
    const keyOf = (item: Item) =>
      JSON.stringify(Object.fromEntries(names.map((name) => [name, item[name]])));
    return new Map(Items.map((item: Item) => [keyOf(item), item]));
  }

  all(): Promise<readonly Items[]> {
    return Promise.all(this.#tables.map((table) => this.items(table)));
  }

  /** Replaces the items of all tables. */
  async replaceAll(all: readonly Items[]): Promise<void> {
    const tables = this.#tables.map((table, i) => ({ table, items: all[i] ?? new Map() }));
    for (const { table, items } of tables) await this.#replace(table, items);
    this.#changes += 1;
    for (const { table, items } of tables) this.#keep(table, Promise.resolve(items));
  }

  /** Keeps the items until a request may change some. */
  #keep({ TableName = '' }: CreateTableCommandInput, items: Promise<Items>): void {
    this.#read.set(TableName, { changes: this.#changes, items });
  }

  async #replace(table: CreateTableCommandInput, items: Items): Promise<void> {
    const { TableName } = table;
    const before = await this.items(table);
    for (const key of before.keys()) {
      if (items.has(key)) continue;
      await this.#ask('DeleteItem', { TableName, Key: JSON.parse(key) });
    }
    for (const [key, Item] of items) {
      if (isDeepStrictEqual(Item, before.get(key))) continue;
      await this.#ask('PutItem', { TableName, Item });
    }
  }

  /** Sends a request directly to dynalite, without the SDK and without the fault plan. */
  async #ask(operation: string, input: object) {
    const headers = {
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'content-type': 'application/x-amz-json-1.0',
      ...SOME_SIGNATURE,
    };
    const { body } = await ask(this.#server, headers, Buffer.from(JSON.stringify(input)));
    return JSON.parse(String(body));
  }
}
