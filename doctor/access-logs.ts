import { type APIGatewayClient, GetAccountCommand } from '@aws-sdk/client-api-gateway';
import { queryAws } from './aws-query.ts';
import type { CheckResult, Finding } from './finding.ts';

/**
 * Checks that API Gateway has a role with which it writes access logs. It has one role for all REST
 * APIs of an account and region, and refuses a stage with access logs while it has none. With
 * `gatewayLogRole`, the deploy makes a role and sets it.
 */
export function checkAccessLogs(
  client: APIGatewayClient,
  region: string,
  gatewayLogRole = false,
): Promise<readonly Finding[]> {
  const finding = { check: 'access-logs', subject: region } as const;
  return queryAws({ ...finding, action: 'apigateway:GET' }, async (abortSignal) => {
    const { cloudwatchRoleArn } = await client.send(new GetAccountCommand({}), { abortSignal });
    return [{ ...finding, ...resultOf(cloudwatchRoleArn || undefined, gatewayLogRole) }];
  });
}

function resultOf(role: string | undefined, gatewayLogRole: boolean): CheckResult {
  if (role === undefined) {
    const found = 'API Gateway has no role with which it writes access logs';
    if (gatewayLogRole) return { level: 'good', found: `${found}; the deploy makes one` };
    const fix =
      'set a role in the settings of API Gateway, or deploy with `-c gatewayLogRole=true`, which makes one for all REST APIs of this account and region';
    return { level: 'bad', found: `${found}, so a deploy fails`, fix };
  }
  const found = `API Gateway writes access logs with ${role}`;
  if (!gatewayLogRole) return { level: 'good', found };
  const fix =
    'deploy without gatewayLogRole, unless an earlier deploy of this stack has made that role';
  return {
    level: 'warning',
    found: `${found}, which a deploy with gatewayLogRole replaces for all REST APIs`,
    fix,
  };
}
