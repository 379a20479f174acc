import { describe, expect, test } from '@jest/globals';
import { checkOptions, environmentOf, UsageError } from '../../doctor/options.ts';
import '../support/errors-of-one-realm.ts';
import { holdfast } from '../cli/fake-world.ts';

const bedrockEndpoint = 'http://127.0.0.1:1';

describe('the options of the doctor', () => {
  test.each([
    [{ bedrockEndpoint: 'here' }, '--bedrock-endpoint: got here, allowed is an http(s) URL'],
    [{ bedrockEndpoint, stack: 'Holdfast' }, /^--bedrock-endpoint: got --stack too, allowed is /],
    [
      { bedrockEndpoint, gatewayLogRole: true },
      /^--bedrock-endpoint: got --gateway-log-role too, /,
    ],
  ])('%p are refused in one line', (options, message) => {
    expect(() => checkOptions(options)).toThrow(UsageError);
    expect(() => checkOptions(options)).toThrow(message);
  });

  test.each([
    [
      ['--status-concurrency=0'],
      '--status-concurrency <n>: got 0, allowed is a whole number from 1',
    ],
    [['--bedrock-endpoint=here'], '--bedrock-endpoint: got here, allowed is an http(s) URL'],
    [['patient'], "too many arguments for 'doctor'. Expected 0 arguments but got 1: patient"],
  ])('%j end the command with 2', async (args, message) => {
    const { exit, stdout, stderr } = await holdfast(['doctor', ...args]);

    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(exit).toBe(2);
  });

  test('remove the keys of the shell if a profile is given', () => {
    const { AWS_PROFILE, ...keys } = environmentOf({ profile: 'team' });
    expect(AWS_PROFILE).toBe('team');
    expect(Object.keys(keys)).toContain('AWS_ACCESS_KEY_ID');
    expect(Object.values(keys)).toEqual([undefined, undefined, undefined]);
  });

  test('send no real credentials to a fake Bedrock', () => {
    expect(environmentOf({ bedrockEndpoint })).toMatchObject({
      AWS_PROFILE: undefined,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SESSION_TOKEN: undefined,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: 'http://127.0.0.1:1',
    });
  });
});
