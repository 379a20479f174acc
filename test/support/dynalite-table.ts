import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import dynalite from 'dynalite';
import { ask, createDynalite } from '../../local/aws/dynalite-server.ts';
import { credentialOf } from '../../local/iam.ts';
import { localAws } from './local-aws.ts';
import { circuitsTable } from './tables.ts';

export interface CircuitTables {
  readonly client: DynamoDBClient;
  /** Creates an empty circuits table and returns its name. */
  create(): Promise<string>;
  close(): Promise<void>;
}

/** Starts dynalite in this process and creates circuits tables in it. */
export async function serveCircuitTables(): Promise<CircuitTables> {
  const { port, stop } = await startDynalite();
  return circuitTablesAt(port, stop);
}

/** Creates circuits tables in a dynalite without a socket: a request takes half as long. */
export function circuitTablesInProcess(): CircuitTables {
  const client = new DynamoDBClient({
    ...localAws('http://127.0.0.1:1'),
    maxAttempts: 1,
    requestHandler: new InProcessHandler(),
    signer: { sign: async (request) => request },
  });
  return circuitTablesOf(client, async () => undefined);
}

/** Sends requests to a dynalite of its own. */
class InProcessHandler extends NodeHttpHandler {
  readonly #server = createDynalite();

  override async handle({ headers, body }: Parameters<NodeHttpHandler['handle']>[0]) {
    const answer = await ask(this.#server, { ...headers, ...SOME_SIGNATURE }, Buffer.from(body));
    const { status: statusCode, headers: answered } = answer;
    const response = { statusCode, headers: answered, body: Readable.from([answer.body]) };
    return { response } as unknown as ReturnType<NodeHttpHandler['handle']>;
  }
}

/** dynalite requires a signature but does not verify it. */
export const SOME_SIGNATURE = {
  'x-amz-date': '20260101T000000Z',
  authorization: credentialOf('test'),
};

export interface Dynalite {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts dynalite in this process. */
export async function startDynalite(): Promise<Dynalite> {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const stop = async () => {
    server.close();
    await once(server, 'close');
  };
  return { port, stop };
}

/** Creates tables in a DynamoDB server on this machine; `stop` ends the server. */
export function circuitTablesAt(port: number, stop: () => Promise<void>): CircuitTables {
  const client = new DynamoDBClient({
    ...localAws(`http://127.0.0.1:${port}`),
    maxAttempts: 1,
  });
  return circuitTablesOf(client, stop);
}

function circuitTablesOf(client: DynamoDBClient, stop: () => Promise<void>): CircuitTables {
  let tables = 0;
  return {
    client,
    create: async () => {
      tables++;
      const tableName = `circuits-${tables}`;
      await createTable(client, circuitsTable(tableName));
      return tableName;
    },
    close: async () => {
      client.destroy();
      await stop();
    },
  };
}

/** Creates a table and waits until it takes requests: a new table refuses them for a moment. */
export async function createTable(
  client: DynamoDBClient,
  input: CreateTableCommandInput,
): Promise<void> {
  const { TableName } = input;
  await client.send(new CreateTableCommand(input));
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === 'ACTIVE') return;
  }
}
