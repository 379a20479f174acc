import { z } from 'zod';
import type { Settings } from '../lambda/contract/policy.ts';
import { parseSettings } from '../lambda/contract/schemas/settings.ts';
import { parseJson } from './json.ts';
import type { Stack } from './stack.ts';

const parameter = z.looseObject({ Value: z.string() });

/** Returns the settings in the stack's SSM parameter; `undefined` if the stack has none. */
export function deployedSettings(stack: Stack): Settings | undefined {
  const name = stack.outputs().SettingsParameterName;
  const found = stack.resources('AWS::SSM::Parameter', parameter).find(({ ref }) => ref === name);
  return found && parseSettings(parseJson(found.properties.Value), 'settings parameter');
}
