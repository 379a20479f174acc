import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { ask } from './ask.ts';
import type { Finding } from './finding.ts';

/** Of CDK's default synthesizer, unless an app chooses a qualifier of its own. */
const PARAMETER = '/cdk-bootstrap/hnb659fds/version';
/** What assets ask for: `requiresBootstrapStackVersion` in the cloud assembly. */
const OLDEST = 6;

/** Whether `cdk deploy` finds its bucket and roles in the region. */
export function checkBootstrap(ssm: SSMClient, region: string): Promise<readonly Finding[]> {
  const finding = { check: 'bootstrap', subject: region } as const;
  const fix = `AWS_REGION=${region} npx cdk bootstrap`;
  return ask({ ...finding, action: 'ssm:GetParameter' }, async (abortSignal) => {
    try {
      const command = new GetParameterCommand({ Name: PARAMETER });
      const { Parameter } = await ssm.send(command, { abortSignal });
      const found = `version ${Parameter?.Value}`;
      if (Number(Parameter?.Value) >= OLDEST) return [{ ...finding, level: 'good', found }];
      return [{ ...finding, level: 'bad', found: `${found}, needed is ${OLDEST} or newer`, fix }];
    } catch (error: unknown) {
      if (!(error instanceof ParameterNotFound)) throw error;
      return [{ ...finding, level: 'bad', found: 'this account is not bootstrapped there', fix }];
    }
  });
}
