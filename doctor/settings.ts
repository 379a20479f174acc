import { GetParameterCommand, ParameterNotFound, type SSMClient } from '@aws-sdk/client-ssm';
import { parseSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';
import { queryAws } from './aws-query.ts';
import type { Finding } from './finding.ts';

/** Returns a finding for each error in a settings file. */
export function invalidSettings(file: string, { faults }: SettingsError): readonly Finding[] {
  const fix = 'correct the settings, then run the doctor again; nothing else was checked';
  return faults.map((found) => ({ check: 'settings', level: 'bad', subject: file, found, fix }));
}

/** Checks the deployed settings, which an operator may have edited. */
export function checkSettingsParameter(ssm: SSMClient, Name: string): Promise<readonly Finding[]> {
  const finding = { check: 'parameter', subject: Name } as const;
  return queryAws({ ...finding, action: 'ssm:GetParameter' }, async (abortSignal) => {
    const found = await errorIn(ssm, Name, abortSignal);
    if (found === undefined) return [{ ...finding, level: 'good', found: 'valid settings' }];
    const fix =
      'correct the parameter, or deploy again; until then, functions use their last valid settings';
    return [{ ...finding, level: 'bad', found, fix }];
  });
}

/** Returns the error in the parameter's settings, or `undefined` if they are valid. */
async function errorIn(
  ssm: SSMClient,
  Name: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  try {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name }), { abortSignal });
    parseSettings(JSON.parse(Parameter?.Value ?? ''), Name);
    return undefined;
  } catch (error: unknown) {
    if (error instanceof ParameterNotFound) return 'the parameter does not exist';
    if (error instanceof SettingsError) return error.faults.join('; ');
    if (error instanceof SyntaxError) return 'the value is not JSON';
    throw error;
  }
}
