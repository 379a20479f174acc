import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { CommandError } from './command-error.ts';
import { describe, withInstance } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import type { Act, Session } from './session.ts';
import type { SettingsParameter } from './settings-parameter.ts';

interface SetOptions {
  readonly dryRun?: boolean;
}

export function addSettings(program: Command, act: Act): void {
  const settings = describe(
    program.command('settings'),
    'Shows and edits the settings, without a deploy.',
    ['holdfast settings get', 'holdfast settings set breaker.cooldownSeconds=10'],
  );
  const get = describe(settings.command('get'), 'Prints the settings, or one of them, as JSON.', [
    'holdfast settings get',
    'holdfast settings get breaker.cooldownSeconds',
  ]).argument('[path]', 'the path of one setting');
  act<object>(withInstance(get), getSettings);

  const set = describe(
    settings.command('set'),
    'Edits the settings: replaces some values, or all by those of a file.',
    [
      'holdfast settings set breaker.cooldownSeconds=10 refreshSeconds=60',
      'holdfast settings set my.config.ts --dry-run',
    ],
  )
    .argument('<change...>', 'path=value, several times, or one file: .ts or .json')
    .option('--dry-run', 'checks the edit, shows what it would change, and changes nothing');
  act<SetOptions>(withInstance(set), setSettings);
}

async function getSettings(session: Session<object>, path: string | undefined): Promise<undefined> {
  const { valueAt } = await import('./settings-change.ts');
  const parameter = await (await session.instance()).settings();
  const settings = parsed(await parameter.read());
  const value = path === undefined ? settings : valueAt(settings, path);
  if (value === undefined) {
    throw new CommandError(EXIT.notFound, `The settings have no ${path}: see docs/settings.md`);
  }
  session.terminal.print(value, (plain) => JSON.stringify(plain, null, 2));
  return undefined;
}

async function setSettings(
  session: Session<SetOptions>,
  ...given: readonly unknown[]
): Promise<undefined> {
  const { options, terminal } = session;
  const changes = given.flat().map(String);
  const { changesBetween, changeText, checkedText } = await import('./settings-change.ts');
  const instance = await session.instance();
  const parameter = await instance.settings();
  const before = await parameter.read();
  const edited = await editedSettings(changes, before);
  const after = checkedText(edited, await limitsOf(parameter, before, terminal));
  const differences = changesBetween(normalized(before, checkedText), JSON.parse(after));
  const isChange = differences.length > 0;
  if (isChange && !options.dryRun) await parameter.write(after);
  terminal.print({ changes: differences, written: isChange && !options.dryRun }, (plain) =>
    plain.changes.map(changeText).join('\n'),
  );
  if (!isChange) terminal.note('Nothing was changed: the settings have these values already.');
  else if (options.dryRun) terminal.note('Nothing was changed. Next: the same without --dry-run');
  else {
    const { refreshSeconds } = JSON.parse(after);
    const when = `The functions of ${instance.name} use them within ${refreshSeconds} s`;
    terminal.note(`Changed the settings. ${when}. Next: holdfast circuits`);
  }
  return undefined;
}

async function editedSettings(changes: readonly string[], before: string): Promise<unknown> {
  const [first = ''] = changes;
  if (changes.length > 1 || first.includes('=')) {
    const { withAssignments } = await import('./settings-change.ts');
    return withAssignments(parsed(before), changes);
  }
  if (!existsSync(first)) {
    const message = `${first}: got neither a file nor path=value, allowed is one of them`;
    throw new CommandError(EXIT.usage, message);
  }
  const { settingsInFile } = await import('./settings-in-file.ts');
  return settingsInFile(first);
}

/** The settings in force limit an edit at least as much as the deployed ones. */
async function limitsOf(
  parameter: SettingsParameter,
  before: string,
  terminal: Session<SetOptions>['terminal'],
): Promise<string> {
  const deployed = await parameter.deployed();
  if (deployed !== undefined) return deployed;
  terminal.note(
    'The deployed settings cannot be read: the edit is checked against those in force.',
  );
  return before;
}

/** Adds the defaults, so that the comparison shows only what changes. Invalid settings stay as they are. */
function normalized(text: string, check: (settings: unknown, limits: string) => string) {
  try {
    return JSON.parse(check(JSON.parse(text), text));
  } catch {
    return parsed(text);
  }
}

function parsed(text: string) {
  try {
    return JSON.parse(text);
  } catch {
    const next = 'replace them with: holdfast settings set FILE';
    throw new CommandError(EXIT.rejected, `The settings in the parameter are no JSON: ${next}`);
  }
}
