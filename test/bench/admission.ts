/**
 * Measures what the admission by quotas adds to a job on the embedded run. Jobs come one at a time, and in
 * turns to a target with a known quota and to one without, so both meet the same machine.
 *
 *     npm run bench:admission
 *     npm run bench:admission -- --jobs 2000 --latency-ms 5
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type EmbeddedRun, startEmbeddedRun } from '../../local/embedded-run.ts';
import { synthesize } from '../../local/synthesize.ts';
import { ApiClient, type JobView } from '../support/api-client.ts';
import { HIGHEST_KEY_LIMITS } from '../support/key-limits.ts';

const { values } = parseArgs({
  options: {
    /** The jobs of each chain. */
    jobs: { type: 'string', default: '500' },
    /** The fake Bedrock's median latency. */
    'latency-ms': { type: 'string', default: '5' },
  },
});
const jobCount = Number(values.jobs);
const WARM_UP_JOBS = 100;
const MODEL = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
/** A quota that never refuses a call here. */
const QUOTA = { tokensPerMinute: 1_000_000_000, requestsPerMinute: 1_000_000 };
const CHAINS = ['unknown', 'known'] as const;
const SETTINGS = {
  chains: {
    unknown: aChain({ region: 'us-west-2', modelId: MODEL }),
    known: aChain({ region: 'us-east-1', modelId: MODEL, quota: QUOTA }),
  },
  api: HIGHEST_KEY_LIMITS,
};

function aChain(target: object) {
  return { tiers: [{ name: 'primary', targets: [target], maxTokens: 512 }] };
}

async function main(): Promise<void> {
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-bench-'));
  const configFile = join(outDir, 'settings.json');
  await writeFile(configFile, JSON.stringify(SETTINGS));
  try {
    const assemblyDir = await synthesize({ configFile, outDir: join(outDir, 'assembly') });
    const latency = { firstTokenMs: Number(values['latency-ms']), sigma: 0 };
    const run = await startEmbeddedRun({ assemblyDir, port: 0, latency });
    try {
      await measure(run, WARM_UP_JOBS);
      report(await measure(run, jobCount));
    } finally {
      await run.stop();
    }
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

type Durations = Readonly<Record<(typeof CHAINS)[number], readonly number[]>>;

/** Runs jobs one at a time. Returns their durations in milliseconds, from acceptance to end. */
async function measure({ apiUrl }: EmbeddedRun, count: number): Promise<Durations> {
  const api = new ApiClient(apiUrl);
  const durations = { unknown: [] as number[], known: [] as number[] };
  for (let i = 0; i < count; i++) {
    for (const chain of CHAINS) {
      const jobId = await api.submit(`question ${i}`, { chain });
      const { body } = await api.request<JobView>(`/jobs/${jobId}?wait=5`);
      const { status, createdAt, completedAt = '' } = body;
      if (status !== 'SUCCEEDED') throw new Error(`a job of the chain ${chain} is ${status}`);
      durations[chain].push(Date.parse(completedAt) - Date.parse(createdAt));
    }
  }
  return durations;
}

function report(durations: Durations): void {
  const rows = CHAINS.map((chain) => {
    const sorted = durations[chain].toSorted((a, b) => a - b);
    const quantile = (share: number) => sorted[Math.floor(share * (sorted.length - 1))];
    const mean = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length;
    return {
      quota: chain,
      jobs: sorted.length,
      'p50 ms': quantile(0.5),
      'p90 ms': quantile(0.9),
      'mean ms': mean.toFixed(1),
    };
  });
  console.table(rows);
}

await main();
