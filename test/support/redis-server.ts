import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from '@jest/globals';
import { Redis } from 'ioredis';

export interface RedisServer {
  readonly client: Redis;
  close(): Promise<void>;
}

/**
 * Declares tests that need redis-server or valkey-server. If neither is installed, the tests are skipped
 * on a laptop and fail in CI.
 */
export function needsRedisServer(what: string, declare: (binary: string) => void): void {
  const binary = findRedisServer();
  if (binary) {
    declare(binary);
    return;
  }
  const inCi = process.env.CI ? test : test.skip;
  inCi(`${what} needs redis-server or valkey-server on the PATH to be tested`, () => {
    throw new Error('neither program was found');
  });
}

/** Returns the path of an installed redis-server or valkey-server. */
function findRedisServer(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const names = ['redis-server', 'valkey-server'];
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(existsSync);
}

/** Starts a server on a Unix socket in a temporary folder, which `close` removes. */
export async function startRedisServer(binary: string): Promise<RedisServer> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  const path = join(folder, 'redis.sock');
  const settings = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no'];
  const server = spawn(binary, [...settings, '--dir', folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await untilReady(server);
  const client = new Redis({ path, autoResendUnfulfilledCommands: false });
  return {
    client,
    close: async () => {
      client.disconnect();
      server.kill();
      await once(server, 'exit');
      await rm(folder, { recursive: true });
    },
  };
}

export async function untilReady(server: ChildProcess): Promise<void> {
  let output = '';
  for await (const chunk of server.stdout ?? []) {
    output += chunk;
    if (/ready to accept connections/i.test(output)) break;
  }
}
