import { expect, test } from '@jest/globals';
import { parseOptions } from '../../local/options.ts';

test('all options may be left out', () => {
  expect(parseOptions([])).toEqual({ help: false, speed: 'quick' });
});

test('every option is read', () => {
  const args = [
    ...['--port', '0', '--config', 'a.json', '--bedrock-endpoint', 'http://127.0.0.1:1/'],
    ...['--scenario', 'b.json', '--speed', 'realistic'],
  ];

  expect(parseOptions(args)).toEqual({
    help: false,
    port: 0,
    configFile: 'a.json',
    bedrockEndpoint: 'http://127.0.0.1:1',
    scenarioFile: 'b.json',
    speed: 'realistic',
  });
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
  [['--bedrock-endpoint', 'x'], '--bedrock-endpoint: got x, allowed is an http(s) URL'],
])('%j is refused with a one-line message', (args, message) => {
  expect(() => parseOptions(args)).toThrow(message);
  expect(() => parseOptions(args)).toThrow(/^[^\n]+$/);
});
