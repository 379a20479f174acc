import type { LaptopParts } from '../../console/server/laptop-parts.ts';
import type { SeriesSource } from '../../console/server/series-source.ts';
import { chainOf, defaultChain, targetsOf } from '../../lambda/contract/chains.ts';
import { type Settings, targetKey } from '../../lambda/contract/policy.ts';
import type { FakeBedrock } from '../bedrock/fake-bedrock.ts';
import type { DrillTier } from './drill-observed.ts';
import { DrillRunner } from './drill-runner.ts';
import { JobLedger } from './job-ledger.ts';
import { parseLogLine } from './log-record.ts';
import { SeriesWindow } from './series-window.ts';
import { Traffic } from './steady-traffic.ts';

export interface LaptopOptions {
  readonly settings: Settings;
  /** URL of the API with its stage. */
  readonly apiUrl: string;
  /** The key of the tenant that the steady traffic is submitted for. */
  readonly apiKey: string;
  /** Absent with an external Bedrock. */
  readonly bedrock?: FakeBedrock;
}

export interface Laptop {
  readonly parts: Pick<LaptopParts, 'traffic' | 'drill'>;
  readonly series: SeriesSource;
  /** Receives each line that a function logs. */
  add(line: string): void;
  /** Ends the traffic and the outage. */
  stop(): void;
}

/** Starts what only the embedded run has: series from log lines, steady traffic, the outage in three acts. */
export function createLaptop({ settings, apiUrl, apiKey, bedrock }: LaptopOptions): Laptop {
  const ledger = new JobLedger();
  const traffic = new Traffic(ledger, apiUrl, apiKey);
  const window = new SeriesWindow(targetsOf(settings).map(targetKey), Date.now());
  const drill = bedrock && drillOf(settings, bedrock, ledger, traffic);
  return {
    parts: {
      traffic,
      ...(drill && { drill }),
    },
    series: { read: async (nowMs) => window.series(nowMs) },
    add(line) {
      const nowMs = Date.now();
      const record = parseLogLine(line);
      window.add(record, nowMs);
      ledger.add(record);
      drill?.add(record, nowMs);
    },
    stop() {
      drill?.stop();
      traffic.stop();
    },
  };
}

function drillOf(settings: Settings, bedrock: FakeBedrock, ledger: JobLedger, traffic: Traffic) {
  const tiers = chainOf(settings, defaultChain(settings))?.tiers ?? [];
  const [first] = tiers;
  if (!first) return undefined;
  const tierOf = tiers.flatMap(({ name, targets }) =>
    targets.map((target) => [targetKey(target), name] as const),
  );
  const tier: DrillTier = {
    name: first.name,
    targets: first.targets.map(targetKey),
    tierOf: Object.fromEntries(tierOf),
    permits: settings.breaker.recoveryStages,
  };
  return new DrillRunner({ bedrock, ledger, traffic, tier, targets: first.targets });
}
