#!/usr/bin/env node
import { resolve } from 'node:path';
import { runChecks } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import {
  type DoctorOptions,
  environmentOf,
  parseOptions,
  USAGE,
  UsageError,
} from '../doctor/options.ts';
import { isHealthy, reportJson, reportText } from '../doctor/report.ts';
import { invalidSettings } from '../doctor/settings.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import { readSettings } from '../lib/settings-file.ts';

const DEFAULT_SETTINGS = resolve('holdfast.config.ts');

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else await doctor(options);
} catch (error: unknown) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function doctor(options: DoctorOptions): Promise<void> {
  for (const [name, value] of Object.entries(environmentOf(options))) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const findings = await findingsOf(options);
  const report = options.json ? reportJson(findings) : reportText(findings);
  // `exit` ends requests that still wait for a response after the doctor's time limit.
  process.stdout.write(report, () => process.exit(isHealthy(findings) ? 0 : 1));
}

async function findingsOf({
  configFile = DEFAULT_SETTINGS,
  stack,
  statusConcurrency,
  gatewayLogRole,
  capabilities,
  bedrockEndpoint,
}: DoctorOptions): Promise<readonly Finding[]> {
  try {
    return await runChecks({
      settings: await readSettings(configFile),
      ...(statusConcurrency !== undefined && { statusConcurrency }),
      gatewayLogRole,
      capabilities,
      bedrockOnly: bedrockEndpoint !== undefined,
      ...(stack !== undefined && {
        stack: { name: stack, apiKey: process.env.HOLDFAST_API_KEY },
      }),
    });
  } catch (error: unknown) {
    if (!(error instanceof SettingsError)) throw error;
    return invalidSettings(configFile, error);
  }
}
