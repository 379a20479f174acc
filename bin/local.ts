import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';
import { readSettings } from '../lib/settings-file.ts';
import { FaultRuleError, readScenario } from '../local/bedrock/parse-fault-rules.ts';
import { SPEEDS } from '../local/bedrock/speeds.ts';
import { announce } from '../local/console/announce.ts';
import { LogFile, logPathOf } from '../local/console/log-file.ts';
import { parseLogLine } from '../local/console/log-record.ts';
import { RunOutput } from '../local/console/run-output.ts';
import { type LocalOptions, parseOptions, USAGE, UsageError } from '../local/options.ts';
import { namesText, readyText } from '../local/ready-text.ts';
import { SynthesisError, synthesize } from '../local/synthesize.ts';

const DEFAULT_SETTINGS = fileURLToPath(new URL('../holdfast.config.ts', import.meta.url));

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(USAGE);
  else await main(options);
} catch (error: unknown) {
  const expected = [UsageError, SettingsError, FaultRuleError, SynthesisError].some(
    (kind) => error instanceof kind,
  );
  if (!expected || !(error instanceof Error)) throw error;
  console.error(error.message);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

async function main({
  configFile = DEFAULT_SETTINGS,
  scenarioFile,
  speed,
  log,
  verbose,
  ...options
}: LocalOptions): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => interrupted.abort());

  const settings = await readSettings(configFile);
  const scenario = scenarioFile === undefined ? [] : readScenario(scenarioFile);
  const outDir = await mkdtemp(join(tmpdir(), 'holdfast-'));
  const file = new LogFile(logPathOf(process.pid));
  const output = new RunOutput({ log, settings, file, stdout: process.stdout });
  try {
    // The emulators load while a child process synthesizes the stack.
    const [assemblyDir, { startEmbeddedRun }] = await Promise.all([
      synthesize({ configFile, outDir, signal: interrupted.signal }),
      import('../local/embedded-run.ts'),
    ]);
    const run = await startEmbeddedRun({
      ...options,
      ...SPEEDS[speed],
      scenario,
      assemblyDir,
      onLog: (name, line) => output.add(name, line, parseLogLine(line)),
    });
    // With `--log json`, stdout has only the lines of the functions.
    const texts = log === 'json' ? process.stderr : process.stdout;
    texts.write(readyText(run, performance.now(), file.path));
    if (verbose) texts.write(namesText(run));
    announce(run);
    output.begin();
    await aborted(interrupted.signal);
    output.stop();
    await run.stop();
  } catch (error: unknown) {
    if (!interrupted.signal.aborted) throw error;
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}
