import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type CircuitTables, circuitTablesAt } from './dynalite-table.ts';
import { freePort } from './free-port.ts';

/** Starts AWS's DynamoDB Local from the folder that `.ci/fetch-dynamodb-local` has filled. */
export async function serveDynamoDbLocal(folder: string): Promise<CircuitTables> {
  const port = await freePort();
  const main = 'com.amazonaws.services.dynamodbv2.local.main.ServerRunner';
  const flags = ['-inMemory', '-disableTelemetry', '-port', String(port)];
  const server = spawn('java', ['-cp', join(folder, '*'), main, ...flags], { stdio: 'ignore' });
  await untilUp(port);
  return circuitTablesAt(port, async () => {
    server.kill();
    await once(server, 'exit');
  });
}

async function untilUp(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await wait(100);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(
    `DynamoDB Local does not listen on port ${port} after 30 s; check that Java 17 is installed`,
  );
}
