import { removeRunFile, writeRunFile } from '../../console/server/run-file.ts';
import type { EmbeddedRun } from '../embedded-run.ts';
import { REGION } from '../resources.ts';

type Announced = Pick<
  EmbeddedRun,
  'apiUrl' | 'apiKeys' | 'awsUrl' | 'bedrockUrl' | 'operator' | 'outputs'
>;

/**
 * Writes the file by which `holdfast` finds this run, until the process ends. If it cannot be written,
 * the commands need `--url`.
 */
export function announce({
  apiUrl,
  apiKeys,
  awsUrl,
  bedrockUrl,
  operator,
  outputs,
}: Announced): void {
  const { accessKeyId, secretAccessKey } = operator;
  try {
    writeRunFile({
      pid: process.pid,
      url: apiUrl,
      apiKeys: apiKeys.map(({ id, value }) => ({ id, value })),
      awsUrl,
      bedrockUrl,
      region: REGION,
      operator: { accessKeyId, secretAccessKey },
      settingsParameter: outputs.SettingsParameterName ?? '',
    });
    process.once('exit', () => removeRunFile(process.pid));
  } catch (error: unknown) {
    console.error(`WARNING: \`holdfast\` does not find this run without --url: ${error}`);
  }
}
