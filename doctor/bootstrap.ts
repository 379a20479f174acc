import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { queryAws } from './aws-query.ts';
import type { Finding } from './finding.ts';

/** The parameter of CDK's default synthesizer. An app with its own qualifier has another one. */
const PARAMETER = '/cdk-bootstrap/hnb659fds/version';
/** The version that assets need: `requiresBootstrapStackVersion` in the cloud assembly. */
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
