import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import { ask } from './ask.ts';
import type { Finding } from './finding.ts';

const LIMIT_MS = 6_000;

/** Who deploys, and into which account. GetCallerIdentity takes no permission. */
export function checkCredentials(sts: STSClient): Promise<readonly Finding[]> {
  const check = 'credentials';
  const question = { check, subject: 'caller', action: 'sts:GetCallerIdentity' } as const;
  return ask({ ...question, limitMs: LIMIT_MS }, async (abortSignal) => {
    const { Account, Arn } = await sts.send(new GetCallerIdentityCommand({}), { abortSignal });
    return [{ check, level: 'good', subject: `account ${Account}`, found: Arn ?? 'no name' }];
  });
}
