import { describe, expect, test } from '@jest/globals';
import { environmentOf, parseOptions, UsageError } from '../../doctor/options.ts';
import '../support/errors-of-one-realm.ts';

const ENDPOINT = '--bedrock-endpoint=http://127.0.0.1:1';

describe('the command line of the doctor', () => {
  test('parses every option, and adds nothing', () => {
    const args =
      '--json -c my.config.ts --region eu-west-1 --profile team --stack Holdfast --status-concurrency 50 --gateway-log-role --capabilities';
    expect(parseOptions(['doctor', ...args.split(' ')])).toEqual({
      help: false,
      json: true,
      capabilities: true,
      configFile: 'my.config.ts',
      region: 'eu-west-1',
      profile: 'team',
      stack: 'Holdfast',
      statusConcurrency: 50,
      gatewayLogRole: true,
    });
    const nothing = { help: false, json: false, capabilities: false, gatewayLogRole: false };
    expect(parseOptions(['doctor'])).toEqual(nothing);
  });

  test.each([
    [[], 'command: got none, allowed is doctor'],
    [['nurse'], 'command: got nurse, allowed is doctor'],
    [['doctor', '--nonsense'], "Unknown option '--nonsense'; --help lists the options"],
    [
      ['doctor', '--bedrock-endpoint=here'],
      '--bedrock-endpoint: got here, allowed is an http(s) URL',
    ],
    [
      ['doctor', '--status-concurrency=0'],
      '--status-concurrency: got 0, allowed is a whole number from 1',
    ],
    [
      ['doctor', ENDPOINT, '--stack=Holdfast'],
      /^--bedrock-endpoint: got --stack too, allowed is none of /,
    ],
    [
      ['doctor', ENDPOINT, '--gateway-log-role'],
      /^--bedrock-endpoint: got --gateway-log-role too, allowed is none of /,
    ],
  ])('%p is refused in one line', (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });

  test('removes the keys of the shell if a profile is given', () => {
    const { AWS_PROFILE, ...keys } = environmentOf(parseOptions(['doctor', '--profile=team']));
    expect(AWS_PROFILE).toBe('team');
    expect(Object.keys(keys)).toContain('AWS_ACCESS_KEY_ID');
    expect(Object.values(keys)).toEqual([undefined, undefined, undefined]);
  });

  test('sends no real credentials to a fake Bedrock', () => {
    expect(environmentOf(parseOptions(['doctor', ENDPOINT]))).toMatchObject({
      AWS_PROFILE: undefined,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SESSION_TOKEN: undefined,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:1',
    });
  });
});
