import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { parseSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';
import { ask } from './ask.ts';
import type { Finding } from './finding.ts';

/** Whether the deployed settings, edited or not, are ones that functions take. */
export function checkParameter(ssm: SSMClient, Name: string): Promise<readonly Finding[]> {
  const finding = { check: 'parameter', subject: Name } as const;
  return ask({ ...finding, action: 'ssm:GetParameter' }, async (abortSignal) => {
    const found = await faultOf(ssm, Name, abortSignal);
    if (found === undefined) return [{ ...finding, level: 'good', found: 'valid settings' }];
    const fix =
      'mend it by hand or deploy again; functions keep their last good settings until then';
    return [{ ...finding, level: 'bad', found, fix }];
  });
}

async function faultOf(
  ssm: SSMClient,
  Name: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }), { abortSignal });
    parseSettings(JSON.parse(Parameter?.Value ?? ''), Name);
    return undefined;
  } catch (error: unknown) {
    if (error instanceof ParameterNotFound) return 'there is none';
    if (error instanceof SettingsError) return error.faults.join('; ');
    if (error instanceof SyntaxError) return 'is not JSON';
    throw error;
  }
}
