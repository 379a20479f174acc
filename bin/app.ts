import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib/core';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import { environmentOf, readContext } from '../lib/app-context.ts';
import { adaptToEmulator, emulatorSynthesizer } from '../lib/emulator.ts';
import { HoldfastStack } from '../lib/holdfast-stack.ts';
import { readSettings } from '../lib/settings-file.ts';

const CDK_JSON = new URL('../cdk.json', import.meta.url);
const SETTINGS_FILE = fileURLToPath(new URL('../holdfast.config.ts', import.meta.url));

try {
  // The CDK CLI passes the context of cdk.json to the app. Reading the file here gives the same
  // template when the app runs without the CLI.
  const { context } = JSON.parse(readFileSync(CDK_JSON, 'utf8'));
  // `autoSynth` is off: after an error it would write a partial assembly.
  const app = new App({ context, analyticsReporting: false, autoSynth: false });

  const {
    config,
    corsOrigins,
    emulator,
    gatewayLogRole,
    removalPolicy,
    statusConcurrency,
    ...where
  } = readContext(app.node.getAllContext());
  const settings = await readSettings(process.env.HOLDFAST_CONFIG ?? config ?? SETTINGS_FILE);
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  const stack = new HoldfastStack(app, 'Holdfast', {
    settings,
    removalPolicy,
    gatewayLogRole,
    statusConcurrency,
    corsOrigins,
    // If no account is given, the template fits any account, because the app looks nothing up.
    env: environmentOf(where, { account, region }, settings),
    ...(emulator && { synthesizer: emulatorSynthesizer() }),
  });
  if (emulator) adaptToEmulator(stack);
  app.synth();
} catch (error: unknown) {
  // A mistake in the user's settings is reported without a stack trace.
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
