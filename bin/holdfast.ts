#!/usr/bin/env node
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { examine } from '../doctor/examine.ts';
import { isHealthy, reportJson, reportText } from '../doctor/report.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import { readSettings } from '../lib/settings-file.ts';

const DEFAULT_SETTINGS = resolve('holdfast.config.ts');

const USAGE = `Says what would keep a deploy from serving: one real call of one token for each model.

  holdfast doctor [--json] [--config FILE]

Options:
  -c, --config FILE  the settings, .ts or .json (holdfast.config.ts of this folder)
  --json             one JSON document
  --help             this text

Ends with 0, or with 1 if anything is bad, or with 2 if the command line is not understood.
`;

const options = readOptions();
if (options === undefined) {
  console.error(USAGE);
  process.exitCode = 2;
} else if (options.help) {
  process.stdout.write(USAGE);
} else {
  await doctor(options);
}

interface Options {
  readonly config?: string;
  readonly json?: boolean;
  readonly help?: boolean;
}

function readOptions(): Options | undefined {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return values.help || positionals.join(' ') === 'doctor' ? values : undefined;
  } catch {
    return undefined;
  }
}

async function doctor({ config = DEFAULT_SETTINGS, json = false }: Options): Promise<void> {
  try {
    const findings = await examine(await readSettings(config));
    process.stdout.write(json ? reportJson(findings) : reportText(findings));
    if (!isHealthy(findings)) process.exitCode = 1;
  } catch (error: unknown) {
    if (!(error instanceof SettingsError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
