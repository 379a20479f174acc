import { describe, expect, test } from '@jest/globals';
import type { Command } from 'commander';
import { EXIT, EXIT_TEXT } from '../../cli/exit-codes.ts';
import { createProgram } from '../../cli/program.ts';
import type { World } from '../../cli/world.ts';
import '../support/errors-of-one-realm.ts';
import { readFileSync } from 'node:fs';
import { holdfast } from './fake-world.ts';

const DOCS = readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8');
const COMMANDS = commandsOf(createProgram({} as World, () => undefined));
const ISSUE = [
  'submit',
  'get',
  'wait',
  'list',
  'cancel',
  'circuits',
  'override',
  'lift',
  'enable',
  'redrive',
  'settings get',
  'settings set',
  'doctor',
  'console',
];

/** The options without which a command refuses all others. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  override: ['--reason', 'drill'],
  plan: ['--jobs-per-day', '1', '--input', '1', '--output', '1'],
};

describe('every command', () => {
  const names = COMMANDS.map(({ name }) => name);

  test('of the list exists', () => {
    expect(names).toEqual(expect.arrayContaining(ISSUE));
  });

  test.each(names)('%s begins its help with examples of itself, and exits with 0', async (name) => {
    const { exit, stdout, stderr } = await holdfast([...name.split(' '), '--help']);

    expect(stdout).toMatch(/^Examples:\n {2}(\S.*\| |source <\()?holdfast /);
    expect(stdout.split('Usage:')[0]).toContain(`holdfast ${name}`);
    expect(stdout).toContain(`Usage: holdfast ${name}`);
    expect(stdout).toContain('--json');
    expect(stderr).toBe('');
    expect(exit).toBe(EXIT.ok);
  });

  test.each(names)('%s is in the docs', (name) => {
    expect(DOCS).toContain(`holdfast ${name}`);
  });

  test.each(names)('%s refuses an unknown option with the nearest one and exit 2', async (name) => {
    const { exit, stdout, stderr } = await holdfast([
      ...name.split(' '),
      ...(REQUIRED[name] ?? []),
      '--jsn',
    ]);

    expect(stderr).toBe("unknown option '--jsn' (Did you mean --json?); --help tells more\n");
    expect(stdout).toBe('');
    expect(exit).toBe(EXIT.usage);
  });

  test.each(names)('%s lists each of its options in the docs', (name) => {
    const command = COMMANDS.find((each) => each.name === name)?.command;
    const options = command?.options.map(({ long }) => long) ?? [];

    expect(options.length).toBeGreaterThan(0);
    expect(options.filter((option) => !DOCS.includes(option ?? ''))).toEqual([]);
  });
});

describe('the command line', () => {
  test('without a command shows its help, and exits with 2', async () => {
    const { exit, stdout, stderr } = await holdfast([]);

    expect(stderr).toMatch(/^Examples:\n.*Exit codes:/s);
    expect(stdout).toBe('');
    expect(exit).toBe(EXIT.usage);
  });

  test('names the nearest command for an unknown one', async () => {
    const { exit, stderr } = await holdfast(['circuit']);

    expect(stderr).toBe("unknown command 'circuit' (Did you mean circuits?); --help tells more\n");
    expect(exit).toBe(EXIT.usage);
  });

  test('describes every exit code in the help and in the docs', () => {
    for (const code of Object.values(EXIT)) {
      expect(EXIT_TEXT).toMatch(new RegExp(`^ {2}${code} `, 'm'));
      expect(DOCS).toMatch(new RegExp(`^\\| ${code} \\|`, 'm'));
    }
  });

  test.each([
    [
      ['get', 'abc'],
      'job-id: got abc, allowed is the id of a job: 32 hexadecimal digits in lower case',
    ],
    [['list', '--limit', '0'], '--limit <n>: got 0, allowed is a whole number from 1'],
    [
      ['lift', 'planet', 'x'],
      'scope: got planet, allowed is one of target, profile, model, region',
    ],
    [
      ['redrive', '--max-per-second', '-1'],
      '--max-per-second <n>: got -1, allowed is a number above 0',
    ],
    [
      ['override', 'region', 'us-east-1', 'force-open', '--reason', 'drill', '--for', '10y'],
      '--for <duration>: got 10y, allowed is a duration such as 90s, 10m, 2h or 1d',
    ],
    [
      ['override', 'region', 'us-east-1', 'force-open'],
      "required option '--reason <text>' not specified",
    ],
    [['circuits', '--watch', '--json'], "option '--watch' cannot be used with option '--json'"],
  ])('refuses %j in one line', async (args, message) => {
    const { exit, stderr } = await holdfast(args);

    expect(stderr).toBe(`${message}; --help tells more\n`);
    expect(exit).toBe(EXIT.usage);
  });
});

interface Named {
  readonly name: string;
  readonly command: Command;
}

/** Returns all commands that do something, with their full names. */
function commandsOf(parent: Command, path: readonly string[] = []): Named[] {
  return parent.commands.flatMap((command) => {
    const names = [...path, command.name()];
    if (command.commands.length > 0) return commandsOf(command, names);
    return [{ name: names.join(' '), command }];
  });
}
