import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { queryAws } from './aws-query.ts';
import type { Finding } from './finding.ts';

/** The SSM parameter with the version of the bootstrap, for CDK's default qualifier. */
const PARAMETER = '/cdk-bootstrap/hnb659fds/version';
/** The oldest version that supports assets (`requiresBootstrapStackVersion` of the assembly). */
const OLDEST = 6;

/** Checks that `cdk deploy` will find its bucket and roles in the region. */
export function checkBootstrap(ssm: SSMClient, region: string): Promise<readonly Finding[]> {
  const finding = { check: 'bootstrap', subject: region } as const;
  const fix = `run \`AWS_REGION=${region} npx cdk bootstrap\``;
  return queryAws({ ...finding, action: 'ssm:GetParameter' }, async (abortSignal) => {
    try {
      const command = new GetParameterCommand({ Name: PARAMETER });
      const { Parameter } = await ssm.send(command, { abortSignal });
      const found = `bootstrap version ${Parameter?.Value}`;
      if (Number(Parameter?.Value) >= OLDEST) return [{ ...finding, level: 'good', found }];
      const tooOld = `${found}, but ${OLDEST} or newer is needed`;
      return [{ ...finding, level: 'bad', found: tooOld, fix }];
    } catch (error: unknown) {
      if (!(error instanceof ParameterNotFound)) throw error;
      const found = 'this account is not bootstrapped in this region';
      return [{ ...finding, level: 'bad', found, fix }];
    }
  });
}
