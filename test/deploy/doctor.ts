import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { FakeBedrock } from '../../local/bedrock/fake-bedrock.ts';
import { command } from './command.ts';
import { SETTINGS } from './deployment.ts';
import type { Emulator } from './emulator.ts';

const HOLDFAST = fileURLToPath(new URL('../../bin/holdfast.ts', import.meta.url));

export interface Patient {
  readonly env: Emulator['env'];
  readonly bedrock: FakeBedrock;
}

/** Deployed, with all targets up: what the emulator has is found, and found good. */
export async function examined(patient: Patient, signal: AbortSignal): Promise<void> {
  const output = await doctor(patient, signal);
  const checks = ['credentials', 'region', 'bootstrap', 'model', 'lifecycle', 'output-limit'];
  for (const check of [...checks, 'stack', 'parameter', 'dead-letters']) {
    assert.match(output, new RegExp(`^✓ ok   ${check}: `, 'm'));
  }
}

/** The command ends with 1, and so throws, for a denied model alone. */
export async function diagnosed(patient: Patient, signal: AbortSignal): Promise<void> {
  const { bedrock } = patient;
  bedrock.setFault({ fault: 'throttle-minute', region: 'us-west-2' });
  assert.match(await doctor(patient, signal), /^! warn model: us-west-2.* \(quota-minute\)$/m);
  bedrock.setFault({ fault: 'access-denied', region: 'us-east-1' });
  await assert.rejects(doctor(patient, signal), ({ message }: Error) => {
    assert.match(message, /ended with 1:/);
    assert.match(message, /^✗ BAD {2}model: us-east-1.* AccessDeniedException.*\n +fix: allow /m);
    assert.match(message, /, 1 bad$/);
    return true;
  });
  bedrock.clearFaults();
}

/** What it says; throws when anything is bad. */
function doctor({ env, bedrock }: Patient, signal: AbortSignal): Promise<string> {
  const args = [HOLDFAST, 'doctor', '--config', SETTINGS, '--stack', 'Holdfast'];
  const { url } = bedrock;
  const endpoints = { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url, AWS_ENDPOINT_URL_BEDROCK: url };
  return command(process.execPath, args, { env: { ...env, ...endpoints }, signal });
}
