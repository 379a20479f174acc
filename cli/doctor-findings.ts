import { resolve } from 'node:path';
import { runChecks } from '../doctor/checks.ts';
import type { Finding } from '../doctor/finding.ts';
import type { DoctorOptions } from '../doctor/options.ts';
import { invalidSettings } from '../doctor/settings.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import { readSettings } from '../lib/settings-file.ts';

/** Runs the checks of the doctor. Invalid settings are a finding, too. */
export async function findingsOf({
  config = resolve('holdfast.config.ts'),
  stack,
  statusConcurrency,
  gatewayLogRole = false,
  capabilities = false,
  bedrockEndpoint,
}: DoctorOptions): Promise<readonly Finding[]> {
  try {
    return await runChecks({
      settings: await readSettings(config),
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
    return invalidSettings(config, error);
  }
}
