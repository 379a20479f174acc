import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { queryAws } from './aws-query.ts';
import type { Finding } from './finding.ts';

const LIMIT_MS = 6_000;

/** Checks the credentials, and names the account. GetCallerIdentity needs no permission. */
export function checkCredentials(sts: STSClient): Promise<readonly Finding[]> {
  const check = 'credentials';
  const query = { check, subject: 'caller', action: 'sts:GetCallerIdentity' } as const;
  return queryAws({ ...query, limitMs: LIMIT_MS }, async (abortSignal) => {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal });
    return [{ check, level: 'good', subject: `account ${Account}`, found: Arn ?? 'no ARN' }];
  });
}
