import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { FakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { command } from './command.ts';
import { SETTINGS_FILE } from './deployment.ts';
import { ACCOUNT, type Emulator } from './emulator.ts';
import { signedCall } from './signed-call.ts';

const HOLDFAST = fileURLToPath(new URL('../../bin/holdfast.ts', import.meta.url));

/** The emulated account and the fake Bedrock that the doctor checks. */
export interface CheckedAccount {
  readonly env: Emulator['env'];
  readonly bedrock: FakeBedrock;
}

/** Expects the doctor to find that API Gateway in a new account cannot write access logs. */
export async function doctorMissesLogRole(
  checked: CheckedAccount,
  signal: AbortSignal,
): Promise<void> {
  await assert.rejects(doctor(checked, signal), ({ message }: Error) => {
    assert.match(message, /^✗ BAD {2}access-logs: us-east-1: API Gateway has no role /m);
    assert.match(message, /, 1 bad$/);
    return true;
  });
}

/** Sets the role with which API Gateway writes the access logs of all REST APIs. */
export async function setLogRole(endpoint: string): Promise<void> {
  const value = `arn:aws:iam::${ACCOUNT}:role/gateway-logs`;
  await signedCall(endpoint, {
    service: 'apigateway',
    method: 'PATCH',
    path: '/account',
    body: { patchOperations: [{ op: 'replace', path: '/cloudwatchRoleArn', value }] },
  });
}

/** Expects the doctor to pass each check that the emulator supports. */
export async function doctorPasses(checked: CheckedAccount, signal: AbortSignal): Promise<void> {
  const output = await doctor(checked, signal, '--stack', 'Holdfast');
  const checks = ['credentials', 'region', 'bootstrap', 'access-logs', 'model', 'lifecycle'];
  for (const check of [...checks, 'output-limit', 'stack', 'parameter', 'dead-letters']) {
    assert.match(output, new RegExp(`^✓ ok   ${check}: `, 'm'));
  }
}

/** Expects a warning about a throttled model, and exit code 1 with a fix for a denied one. */
export async function doctorReportsModels(
  checked: CheckedAccount,
  signal: AbortSignal,
): Promise<void> {
  const { bedrock } = checked;
  bedrock.setFault({ fault: 'throttle-minute', region: 'us-west-2' });
  assert.match(await doctor(checked, signal), /^! warn model: us-west-2.* \(quota-minute\)$/m);
  bedrock.setFault({ fault: 'access-denied', region: 'us-east-1' });
  await assert.rejects(doctor(checked, signal), ({ message }: Error) => {
    assert.match(message, /ended with 1:/);
    assert.match(message, /^✗ BAD {2}model: us-east-1.* AccessDeniedException.*\n +fix: allow /m);
    assert.match(message, /, 1 bad$/);
    return true;
  });
  bedrock.clearFaults();
}

/** Returns the doctor's output; throws if a check is bad. */
function doctor(
  { env, bedrock }: CheckedAccount,
  signal: AbortSignal,
  ...options: readonly string[]
): Promise<string> {
  const args = [HOLDFAST, 'doctor', '--config', SETTINGS_FILE, ...options];
  const { url } = bedrock;
  const endpoints = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url, AWS_ENDPOINT_URL_BEDROCK: url };
  return command(process.execPath, args, { env: { ...env, ...endpoints }, signal });
}
