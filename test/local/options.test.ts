import { expect, test } from '@jest/globals';
import { parseOptions, USAGE } from '../../local/options.ts';
import { UNKIND_NAMES } from '../../local/unkind.ts';

test('all options may be left out', () => {
  expect(parseOptions([])).toEqual({
    help: false,
    speed: 'quick',
    unkind: ['s3-403'],
    log: 'events',
    verbose: false,
  });
});

test('every option is read', () => {
  const args = [
    ...['--port', '0', '--config', 'a.json', '--bedrock-endpoint', 'http://127.0.0.1:1/'],
    ...['--scenario', 'b.json', '--speed', 'realistic'],
    ...['--seed', '7', '--unkind', 'duplicates, throttles', '--concurrency', '10'],
    ...['--log', 'json', '--verbose'],
  ];

  expect(parseOptions(args)).toEqual({
    help: false,
    port: 0,
    configFile: 'a.json',
    bedrockEndpoint: 'http://127.0.0.1:1',
    scenarioFile: 'b.json',
    speed: 'realistic',
    seed: 7,
    unkind: ['duplicates', 'throttles'],
    concurrency: 10,
    log: 'json',
    verbose: true,
  });
});

test('all unkind behaviours can be switched on or off, and the help describes each', () => {
  expect(parseOptions(['--unkind', 'all']).unkind).toEqual(UNKIND_NAMES);
  expect(parseOptions(['--unkind', 'none']).unkind).toEqual([]);
  for (const name of UNKIND_NAMES) expect(USAGE).toContain(`${name}:`);
});

test.each([
  [['--foo'], "Unknown option '--foo'"],
  [['extra'], "Unexpected argument 'extra'"],
  [['--port'], "Option '--port <value>' argument missing"],
  [['--port', '80x'], '--port: got 80x, allowed is 0 to 65535'],
  [['--port', '65536'], '--port: got 65536, allowed is 0 to 65535'],
  [['--config', 'a.yaml'], '--config: got a.yaml, allowed is a .ts or a .json file'],
  [['--scenario', 'a.yaml'], '--scenario: got a.yaml, allowed is a .json file'],
  [['--speed', 'slow'], '--speed: got slow, allowed is instant, quick, realistic'],
  [['--seed', '1.5'], '--seed: got 1.5, allowed is 0 to 1000000000'],
  [['--seed', 'x'], '--seed: got x, allowed is 0 to 1000000000'],
  [['--concurrency', '0'], '--concurrency: got 0, allowed is a whole number from 1'],
  [['--log', 'text'], '--log: got text, allowed is events, json'],
  [['--unkind', 'twice'], '--unkind: got twice, allowed is all, none, empty-polls, s3-403'],
  [['--unkind', ''], '--unkind: got nothing, allowed is all, none, empty-polls'],
  [['--bedrock-endpoint', 'x'], '--bedrock-endpoint: got x, allowed is an http(s) URL'],
])('%j is refused with a one-line message', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
  expect(() => parseOptions(args)).toThrow(/^[^\n]+$/);
});
