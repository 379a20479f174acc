import { z } from 'zod';
import { FAKE_GUARDRAIL, type Guardrail } from './bedrock/guardrail.ts';
import { parseJson } from './json.ts';
import type { Stack } from './stack.ts';

const parameter = z.looseObject({ Value: z.string() });
const settings = z.looseObject({
  guardrails: z.record(
    z.string(),
    z.record(z.string(), z.looseObject({ id: z.string(), version: z.string() })),
  ),
});

/**
 * Returns the guardrails that the stack's settings name, because the fake Bedrock must have them. All of
 * them block the word that the fake's own guardrail blocks.
 */
export function guardrailsOf(stack: Pick<Stack, 'resources'>): readonly Guardrail[] {
  const { blocks } = FAKE_GUARDRAIL;
  return stack
    .resources('AWS::SSM::Parameter', parameter)
    .flatMap(({ properties }) => {
      const parsed = settings.safeParse(parseJson(properties.Value));
      return parsed.success ? Object.values(parsed.data.guardrails) : [];
    })
    .flatMap((regions) => Object.entries(regions))
    .map(([region, { id, version }]) => ({
      ...{ region, version, blocks },
      id: id.slice(id.lastIndexOf('/') + 1),
    }));
}
