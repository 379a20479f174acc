import type { AttributeValue, CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../lambda/core/clock.ts';
import { ask, createDynalite } from '../../local/aws/dynalite-server.ts';
import { credentialOf } from '../../local/iam.ts';
import { reply, type Service } from './wire-message.ts';

/** dynalite requires a signature but does not verify it. */
const SOME_SIGNATURE = { 'x-amz-date': '20260101T000000Z', authorization: credentialOf('test') };

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
    const answer = await ask(this.#server, headers, Buffer.from(body));
    return reply(answer.status, String(answer.body), {
      date: new Date(this.clock.now()).toUTCString(),
    });
  };

  async items({ TableName, KeySchema = [] }: CreateTableCommandInput): Promise<Items> {
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
    for (const [i, table] of this.#tables.entries())
      await this.#replace(table, all[i] ?? new Map());
  }

  async #replace(table: CreateTableCommandInput, items: Items): Promise<void> {
    const { TableName } = table;
    for (const key of (await this.items(table)).keys()) {
      await this.#ask('DeleteItem', { TableName, Key: JSON.parse(key) });
    }
    for (const Item of items.values()) await this.#ask('PutItem', { TableName, Item });
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
