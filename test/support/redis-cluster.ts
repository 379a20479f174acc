import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './free-port.ts';
import { untilReady } from './redis-server.ts';

const HOST = '127.0.0.1';
const SLOTS = 16_384;

export interface RedisCluster {
  /** A plain connection to each node. */
  readonly nodes: readonly Redis[];
  readonly url: string;
  close(): Promise<void>;
}

/** Starts two nodes, each with half of the slots. Each redirects requests for the other's slots. */
export async function startRedisCluster(binary: string): Promise<RedisCluster> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-cluster-'));
  const ports = await Promise.all([freePort(), freePort(), freePort(), freePort()]);
  const members = [0, 1].map((i) => ({ port: ports[2 * i], busPort: ports[2 * i + 1] }));
  const servers = await Promise.all(
    members.map(async ({ port, busPort }, i) => {
      const settings = {
        port,
        bind: HOST,
        'cluster-enabled': 'yes',
        'cluster-port': busPort,
        'cluster-announce-ip': HOST,
        'cluster-config-file': join(folder, `nodes-${i}.conf`),
        dir: folder,
        save: '',
        appendonly: 'no',
      };
      const options = Object.entries(settings).flatMap(([name, value]) => [
        `--${name}`,
        `${value}`,
      ]);
      const server = spawn(binary, options, { stdio: ['ignore', 'pipe', 'pipe'] });
      await untilReady(server);
      return server;
    }),
  );
  const nodes = members.map(({ port }) => new Redis({ host: HOST, port }));
  await formCluster(nodes, members);
  return {
    nodes,
    url: `redis://${HOST}:${members[0]?.port}?cluster=true`,
    close: async () => {
      for (const node of nodes) node.disconnect();
      for (const server of servers) server.kill();
      await Promise.all(servers.map((server) => server.exitCode ?? once(server, 'exit')));
      await rm(folder, { recursive: true });
    },
  };
}

/** Assigns the slots and waits until both nodes see the whole cluster. */
async function formCluster(
  nodes: readonly Redis[],
  members: readonly { port?: number; busPort?: number }[],
) {
  const [first, second] = nodes;
  const half = SLOTS / 2;
  await first?.cluster('ADDSLOTSRANGE', 0, half - 1);
  await second?.cluster('ADDSLOTSRANGE', half, SLOTS - 1);
  await second?.call('CLUSTER', 'MEET', HOST, `${members[0]?.port}`, `${members[0]?.busPort}`);
  const isWhole = async (node: Redis) =>
    String(await node.cluster('INFO')).includes('cluster_state:ok');
  for (const node of nodes) while (!(await isWhole(node))) await new Promise(setImmediate);
}
