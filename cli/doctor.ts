import type { Command } from 'commander';
import { checkOptions, type DoctorOptions, environmentOf } from '../doctor/options.ts';
import { isHealthy, reportJson, reportText } from '../doctor/report.ts';
import { wholeNumber } from './arguments.ts';
import { describe, withOutput } from './command-parts.ts';
import { EXIT } from './exit-codes.ts';
import type { Act } from './session.ts';
import { setEnvironment } from './set-environment.ts';

const DESCRIPTION = `Checks for problems that would keep a deployment from serving. It makes one real call of one token
to each target of the chains; every other check only reads.`;

export function addDoctor(program: Command, act: Act): void {
  const command = describe(program.command('doctor'), DESCRIPTION, [
    'holdfast doctor',
    'holdfast doctor --stack Holdfast --json',
  ])
    .summary('Checks whether an account can serve the chains.')
    .option(
      '-c, --config <file>',
      'the settings, .ts or .json (default: holdfast.config.ts of this folder)',
    )
    .option('--region <region>', 'the region of the stack (default: as the AWS CLI finds it)')
    .option(
      '--profile <name>',
      'the profile with the credentials (default: as the AWS CLI finds them)',
    )
    .option('--stack <name>', 'also checks the deployed stack')
    .option(
      '--status-concurrency <n>',
      'the reserved concurrency that you deploy with (default: none)',
      wholeNumber,
    )
    .option(
      '--gateway-log-role',
      'you deploy with gatewayLogRole, which sets API Gateway’s log role',
    )
    .option(
      '--capabilities',
      'proves what each target can do, with up to nine small calls that cost cents',
    )
    .option('--bedrock-endpoint <url>', 'checks only this fake Bedrock, and no AWS account');
  act<DoctorOptions>(withOutput(command), async ({ options, terminal, world }) => {
    checkOptions(options);
    setEnvironment(world.env, environmentOf(options));
    const { findingsOf } = await import('./doctor-findings.ts');
    const findings = await findingsOf(options);
    terminal.write(terminal.isJson ? reportJson(findings) : reportText(findings));
    return isHealthy(findings) ? EXIT.ok : EXIT.failed;
  });
}
