import type { IncomingMessage } from 'node:http';
import type { SteadyTraffic } from '../../console/contract/laptop.ts';
import { chainsOf } from '../../console/server/chains.ts';
import { systemClock } from '../../console/server/clock.ts';
import { createConsole } from '../../console/server/console.ts';
import { type Loopback, listenOnLoopback, readBody } from '../../console/server/loopback.ts';
import { createPageLoader } from '../../console/server/page.ts';
import { SnapshotReader } from '../../console/server/snapshot-reader.ts';
import type { AdminHealthView } from '../../lambda/contract/schemas/admin-health-view.ts';
import { isoTime } from '../../lambda/core/clock.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { startFakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { anAdmin } from '../support/admin-world.ts';
import { anApi } from '../support/api-caller.ts';
import { aJob, START } from '../support/job-builders.ts';
import { aChain } from '../support/router-builders.ts';
import { AN_INSTANCE } from './instance.ts';

const FOREVER = Number.MAX_SAFE_INTEGER;
const MAX_BODY_BYTES = 1024 * 1024;

export type ConsoleWorld = Awaited<ReturnType<typeof startConsoleWorld>>;

/**
 * Starts the console's server with the page, in front of the API's real functions, whose stores are in
 * memory, and of a fake Bedrock. No job runs: a test gives each job the state that it needs.
 */
export async function startConsoleWorld() {
  const settings = aChain();
  const admin = anAdmin(settings);
  const asTenant = anApi(admin);
  const bedrock = await startFakeBedrock();
  const server = await listenOnLoopback(0);
  const apiServer = await listenOnLoopback(0);
  let traffic: SteadyTraffic = { jobsPerSecond: 0 };
  const laptop = {
    bedrockControlUrl: `${bedrock.url}/_control`,
    traffic: {
      current: () => traffic,
      set: (next: SteadyTraffic) => {
        traffic = next;
      },
    },
  };
  apiServer.serve(async (request, response) => {
    const event = await eventOf(request);
    const isAdmin = event.route.includes(' /admin/');
    const { statusCode, headers, body } = await (isAdmin ? admin.call : asTenant)(event);
    response.writeHead(statusCode, headers as Record<string, string>).end(body);
  });
  const instance = { ...AN_INSTANCE, tenants: ['key'], chains: chainsOf(settings) };
  const health = {
    name: 'health',
    everyMs: 100,
    read: async (): Promise<AdminHealthView> => admin.health(),
    explain: String,
  };
  server.serve(
    createConsole({
      page: createPageLoader(),
      api: {
        url: `${apiServer.url}/v1`,
        tenants: [{ tenant: 'key', apiKey: 'key' }],
        signedFetch: fetch,
      },
      reader: new SnapshotReader({ instance, health, laptop }, systemClock),
      clock: systemClock,
      laptop,
    }),
  );

  /** Stores the n-th job, and adds its tenant to the registry. */
  async function give(n: number, fields: Partial<Job> = {}): Promise<Job> {
    const jobId = n.toString(16).padStart(32, '0');
    const createdAt = START + n;
    const job = aJob({ jobId, createdAt, createdKey: `${isoTime(createdAt)}#${jobId}`, ...fields });
    admin.jobs.rows.set(jobId, job);
    await admin.registry.add(job.tenant, FOREVER);
    return job;
  }

  return {
    admin,
    bedrock,
    give,
    url: server.url,
    trafficPerSecond: () => traffic.jobsPerSecond,
    stop: () => stopAll([server, apiServer], bedrock),
  };
}

async function stopAll(
  servers: readonly Loopback[],
  bedrock: { stop(): Promise<void> },
): Promise<void> {
  await Promise.all([...servers.map((each) => each.close()), bedrock.stop()]);
}

const ROUTES: readonly [pattern: RegExp, resource: string][] = [
  [/^\/jobs$/, '/jobs'],
  [/^\/jobs\/(?<id>[^/]+)$/, '/jobs/{id}'],
  [/^\/admin\/jobs$/, '/admin/jobs'],
  [/^\/admin\/jobs\/(?<id>[^/]+)$/, '/admin/jobs/{id}'],
  [/^\/admin\/redrive$/, '/admin/redrive'],
  [/^\/admin\/overrides\/(?<scope>[^/]+)\/(?<key>.+)$/, '/admin/overrides/{scope}/{key+}'],
];

/** Builds the event that API Gateway makes of a request. */
async function eventOf(request: IncomingMessage) {
  const url = new URL(request.url ?? '', 'http://api');
  const path = url.pathname.replace(/^\/v1/, '');
  const [pattern, resource = path] = ROUTES.find(([each]) => each.test(path)) ?? [];
  const body = String(await readBody(request, MAX_BODY_BYTES));
  const query = Object.fromEntries(
    [...new Set(url.searchParams.keys())].map((name) => [name, url.searchParams.getAll(name)]),
  );
  const key = request.headers['idempotency-key'];
  return {
    route: `${request.method} ${resource}`,
    pathParameters: { ...pattern?.exec(path)?.groups },
    query,
    body: body === '' ? null : body,
    headers: {
      'content-type': ['application/json'],
      ...(key && { 'idempotency-key': [String(key)] }),
    },
  };
}
