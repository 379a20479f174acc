import { z } from 'zod';
import type { Random } from '../bedrock/seeded-random.ts';
import type { Dynalite } from './dynalite-server.ts';
import { call, createTable, type TableProperties } from './dynamodb-tables.ts';

const LONGEST_LAG_MS = 2000;

type Item = Readonly<Record<string, unknown>>;

/** Calls back after a time in milliseconds. */
type Delay = (callback: () => void, ms: number) => void;

/**
 * Lets the indexes of a table follow its writes, each up to 2 s later, as global secondary indexes of
 * DynamoDB do. An item may skip states, and items may change in another order than in the table. Queries
 * of an index read a copy of the table.
 */
export class LaggingIndexes {
  /** The name of the copy. */
  readonly tableName: string;
  readonly #server: Dynalite;
  readonly #source: string;
  readonly #keyNames: readonly string[];
  readonly #random: Random;
  readonly #delay: Delay;
  /** The keys whose refresh has not begun. It will read the latest state. */
  readonly #waiting = new Set<string>();
  /** One refresh after the other, so that an older state never replaces a newer one. */
  #refreshing: Promise<unknown> = Promise.resolve();

  private constructor(
    server: Dynalite,
    source: string,
    { KeySchema }: TableProperties,
    random: Random,
    delay: Delay,
  ) {
    this.#server = server;
    this.#source = source;
    this.tableName = `${source}.indexes`;
    this.#keyNames = KeySchema.map(({ AttributeName }) => AttributeName);
    this.#random = random;
    this.#delay = delay;
  }

  static async create(
    server: Dynalite,
    source: string,
    properties: TableProperties,
    random: Random,
    delay: Delay = unrefTimeout,
  ): Promise<LaggingIndexes> {
    const created = new LaggingIndexes(server, source, properties, random, delay);
    await createTable(server, created.tableName, properties);
    return created;
  }

  /** Is called after each write to the table, with the item or its key. */
  follow(written: Item): void {
    const Key = Object.fromEntries(this.#keyNames.map((name) => [name, written[name]]));
    const id = JSON.stringify(Key);
    if (this.#waiting.has(id)) return;
    this.#waiting.add(id);
    this.#delay(() => {
      this.#waiting.delete(id);
      this.#refreshing = this.#refreshing.then(() => this.#refresh(Key));
    }, this.#random() * LONGEST_LAG_MS);
  }

  /** Resolves when all refreshes that have begun are done. */
  async settled(): Promise<void> {
    await this.#refreshing;
  }

  async #refresh(Key: Item): Promise<void> {
    const TableName = this.tableName;
    const read = { TableName: this.#source, Key, ConsistentRead: true };
    const { Item } = found.parse(await call(this.#server, 'GetItem', read));
    if (Item) await call(this.#server, 'PutItem', { TableName, Item });
    else await call(this.#server, 'DeleteItem', { TableName, Key });
  }
}

const found = z.looseObject({ Item: z.looseObject({}).optional() });

function unrefTimeout(callback: () => void, ms: number): void {
  setTimeout(callback, ms).unref();
}
