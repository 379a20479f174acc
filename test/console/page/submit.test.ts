import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { cliCommand, clientCode, curlCommand } from '../../../console/src/views/submit/commands.ts';
import { bodyOf, type Draft, withBody, withForm } from '../../../console/src/views/submit/draft.ts';
import { SAMPLES } from '../../../console/src/views/submit/samples.ts';
import { shellWord } from '../../../console/src/views/submit/shell-text.ts';
import { parseJobRequest } from '../../../lambda/contract/schemas/jobs.ts';
import { someSettings } from '../../support/settings.ts';

const apiUrl = 'http://127.0.0.1:8787/v1';

/** Texts that a shell, JSON or a terminal could take for something else. */
const NASTY = [
  "it's",
  '$HOME `id` $(id) \\ \\n "quoted"',
  'wow! !! !$',
  'two\nlines\n\nand more',
  '\ttab',
  '\u001b[31mred\u001b]0;title\u0007',
  '\u202eright to left\u2028and a separator',
  '-f',
  '',
  '# * ? ~ & ; | < > { } [ ]',
  '🙂 é \ud83d',
];

function aDraft(draft: Partial<Draft> = {}): Draft {
  return {
    tenant: 'local',
    chain: '',
    minTier: '',
    whenOpen: '',
    idempotencyKey: '',
    form: 'prompt',
    prompt: 'Why do ships have anchors?',
    json: '{}',
    ...draft,
  };
}

/** Runs a command with programs that only print their arguments, and npx its input after them. */
function sentBy(command: string): { readonly words: readonly string[]; readonly input: string } {
  const print = `printf '%s\\0' "$@"; printf '\\0'`;
  const script = `curl() { ${print}; }; npx() { ${print}; cat; }; HOLDFAST_API_KEY=k; ${command}`;
  const output = execFileSync('sh', ['-c', script], { encoding: 'utf8', input: '' });
  const [words = '', input = ''] = output.split('\0\0');
  return { words: words.split('\0'), input };
}

describe('a word of a shell', () => {
  test('is read back as it was written', () => {
    const printed = execFileSync('sh', [
      '-c',
      `printf '%s\\0' ${NASTY.slice(0, -1).map(shellWord).join(' ')}`,
    ]);

    expect(printed.toString().split('\0').slice(0, -1)).toEqual(NASTY.slice(0, -1));
  });

  test('has quotes only if it needs them', () => {
    expect(shellWord('http://127.0.0.1:8787/v1/jobs')).toBe('http://127.0.0.1:8787/v1/jobs');
    expect(shellWord('a b')).toBe("'a b'");
  });
});

describe('the curl command', () => {
  test('sends exactly the body and the headers', () => {
    const body = { messages: [{ role: 'user', content: NASTY }], system: "it's $HOME!" };

    const { words: sent } = sentBy(curlCommand({ apiUrl, body, idempotencyKey: "key'$1" }));

    expect(sent.slice(0, -1)).toEqual([
      '-s',
      'http://127.0.0.1:8787/v1/jobs',
      '-H',
      'x-api-key: k',
      '-H',
      'content-type: application/json',
      '-H',
      "idempotency-key: key'$1",
      '-d',
    ]);
    expect(JSON.parse(sent.at(-1) ?? '')).toEqual(body);
  });

  test('has no invisible character', () => {
    const command = curlCommand({ apiUrl, body: { prompt: NASTY.join('') }, idempotencyKey: '' });

    expect(command).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(command).not.toContain('idempotency-key');
  });
});

describe('the command of the command line', () => {
  test('has a prompt as its argument, and options for the fields that have one', () => {
    const body = { prompt: "it's 5 o'clock!\nand?", chain: 'long', whenOpen: 'queue' };

    const { words } = sentBy(
      cliCommand({ apiUrl, body, idempotencyKey: 'k 1', stack: 'Holdfast' }),
    );

    expect(words).toEqual([
      'holdfast',
      'submit',
      "it's 5 o'clock!\nand?",
      '--chain',
      'long',
      '--when-open',
      'queue',
      '--idempotency-key',
      'k 1',
      '--stack',
      'Holdfast',
      '--wait',
    ]);
  });

  test.each([
    ['other fields', { prompt: 'hello', deadlineSeconds: 100 }],
    ['an option that looks like another one', { prompt: 'hello', system: '--wait' }],
    ['a prompt that looks like an option', { prompt: '--wait' }],
    ['a prompt with invisible characters', { prompt: 'a\u001b[31m' }],
    ['an empty prompt', { prompt: '' }],
    ['messages', { messages: [{ role: 'user', content: NASTY.join('\n') }] }],
  ])('reads a body with %s from its input', (_, body) => {
    const { words, input } = sentBy(cliCommand({ apiUrl, body, idempotencyKey: '' }));

    expect(words).toEqual(['holdfast', 'submit', '-f', '-', '--wait']);
    expect(JSON.parse(input)).toEqual(body);
  });
});

describe('the code of the client', () => {
  test('submits exactly the body', async () => {
    const body = {
      prompt: NASTY.join('\n'),
      metadata: { 'a-b': "'", plain: '`$1`' },
      n: [1, null],
    };
    const code = clientCode({ apiUrl, body, idempotencyKey: 'k"1' });
    const submitted: unknown[] = [];
    const client = {
      submit: async (...given: unknown[]) => {
        submitted.push(...given);
        return { jobId: 'id' };
      },
      wait: async () => ({ status: 'SUCCEEDED', result: { text: 'answer' } }),
    };
    const run = new Function(
      'createClient',
      'console',
      `return (async () => { ${code.replace(/^import .*$/m, '')} })()`,
    );

    await run(() => client, { log: () => undefined });

    expect(submitted).toEqual([body, { idempotencyKey: 'k"1' }]);
    expect(code).toContain('\n  metadata: {\n    "a-b": "\'",\n    plain:');
  });

  test('does not take a field for the prototype of an object', () => {
    const body = JSON.parse('{"metadata":{"__proto__":"x"}}');

    expect(clientCode({ apiUrl, body, idempotencyKey: '' })).toContain('["__proto__"]: "x"');
  });
});

describe('a draft', () => {
  test('of a prompt has only the options that are set', () => {
    expect(bodyOf(aDraft())).toEqual({
      valid: true,
      body: { prompt: 'Why do ships have anchors?' },
    });
    expect(bodyOf(aDraft({ chain: 'long', whenOpen: 'queue', minTier: 'b' }))).toEqual({
      valid: true,
      body: {
        prompt: 'Why do ships have anchors?',
        chain: 'long',
        whenOpen: 'queue',
        minTier: 'b',
      },
    });
  });

  test('of JSON keeps its own options, unless the form sets them', () => {
    const draft = aDraft({ form: 'json', json: '{"prompt":"hi","chain":"a","whenOpen":"fail"}' });

    expect(bodyOf({ ...draft, chain: 'b' })).toEqual({
      valid: true,
      body: { prompt: 'hi', chain: 'b', whenOpen: 'fail' },
    });
  });

  test.each([
    ['no JSON', '{"prompt":', /^The body is not JSON: /],
    ['a list', '[]', /^The body is not an object/],
    ['null', 'null', /^The body is not an object/],
  ])('of %s says what is wrong', (_, json, fault) => {
    expect(bodyOf(aDraft({ form: 'json', json }))).toEqual({
      valid: false,
      fault: expect.stringMatching(fault),
    });
  });

  test('takes a body apart and puts it together again', () => {
    for (const { body } of SAMPLES) {
      expect(bodyOf(withBody(aDraft({ chain: 'old' }), body))).toEqual({ valid: true, body });
    }
  });

  test('keeps its prompt when it changes between prompt and JSON', () => {
    const prompt = 'two\nlines "quoted"';
    const json = withForm(aDraft({ prompt }), 'json');

    expect(JSON.parse(json.json)).toEqual({ prompt });
    expect(withForm(json, 'prompt')).toMatchObject({ form: 'prompt', prompt });
    expect(withForm(json, 'json')).toBe(json);
    const message = { messages: [{ role: 'user', content: [{ text: 'one' }] }] };
    expect(withForm(aDraft({ form: 'json', json: JSON.stringify(message) }), 'prompt').prompt).toBe(
      'one',
    );
  });
});

test('the API accepts every sample', () => {
  const settings = someSettings();

  for (const { name, body } of SAMPLES) {
    expect([name, parseJobRequest(body, settings)]).toEqual([
      name,
      expect.objectContaining({ valid: true }),
    ]);
  }
});
