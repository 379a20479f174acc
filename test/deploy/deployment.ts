import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { command } from './command.ts';
import { ACCOUNT, type Emulator, REGION } from './emulator.ts';

const PROJECT = fileURLToPath(new URL('../..', import.meta.url));
const CDK = join(PROJECT, 'node_modules/.bin/cdk');
export const SETTINGS_FILE = join(PROJECT, 'test/deploy/settings.ts');

/** The stack's outputs that the test reads. */
const outputs = z.object({
  Holdfast: z.object({
    ApiUrl: z.string(),
    ApiKeyId: z.string(),
    JobsQueueUrl: z.string(),
    DeadLetterQueueUrl: z.string(),
    ResultsBucketName: z.string(),
    OperatorLogGroupName: z.string(),
  }),
});
export type Outputs = z.infer<typeof outputs>['Holdfast'];

/** Calls the CDK CLI as a user does, with the emulator in place of AWS. */
export class Deployment {
  readonly #emulator: Emulator;
  readonly #folder: string;

  constructor(emulator: Emulator, folder: string) {
    this.#emulator = emulator;
    this.#folder = folder;
  }

  async bootstrap(signal: AbortSignal): Promise<void> {
    await this.#cdk(signal, 'bootstrap', `aws://${ACCOUNT}/${REGION}`);
  }

  /** Returns the folder of the cloud assembly. */
  async synthesize(signal: AbortSignal): Promise<string> {
    const assembly = join(this.#folder, 'assembly');
    const context = { emulator: 'true', removalPolicy: 'destroy', config: SETTINGS_FILE };
    const flags = Object.entries(context).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    await this.#cdk(signal, 'synth', '--quiet', '--output', assembly, ...flags);
    return assembly;
  }

  async deploy(signal: AbortSignal, assembly: string): Promise<Outputs> {
    await this.#deploy(signal, assembly);
    return outputs.parse(JSON.parse(readFileSync(this.#outputsFile, 'utf8'))).Holdfast;
  }

  /** Returns true if CloudFormation found changes to deploy. */
  async redeploy(signal: AbortSignal, assembly: string): Promise<boolean> {
    return !(await this.#deploy(signal, assembly)).includes('(no changes)');
  }

  async destroy(signal: AbortSignal, assembly: string): Promise<void> {
    await this.#cdk(signal, 'destroy', '--force', '--app', assembly);
  }

  get #outputsFile(): string {
    return join(this.#folder, 'outputs.json');
  }

  #deploy(signal: AbortSignal, assembly: string): Promise<string> {
    const files = ['--app', assembly, '--outputs-file', this.#outputsFile];
    return this.#cdk(signal, 'deploy', '--require-approval', 'never', ...files);
  }

  #cdk(signal: AbortSignal, ...args: readonly string[]): Promise<string> {
    return command(CDK, [...args, '--no-notices'], { env: this.#emulator.env, signal });
  }
}
