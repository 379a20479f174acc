import { expect, test } from '@jest/globals';
import { guardrailsOf } from '../../local/guardrails.ts';

/** A stack whose parameters have these values. */
function stackWith(...values: readonly string[]) {
  const parameters = values.map((Value, i) => ({
    logicalId: `P${i}`,
    ref: `P${i}`,
    attributes: {},
    properties: { Value },
  }));
  return { resources: () => parameters as never };
}

test('the guardrails of the settings exist in their Regions, with the id that ends their ARN', () => {
  const arn = 'arn:aws:bedrock:eu-west-1:123456789012:guardrail/abc';
  const settings = {
    guardrails: {
      words: {
        'us-east-1': { id: 'xyz', version: '1' },
        'eu-west-1': { id: arn, version: 'DRAFT' },
      },
    },
  };

  expect(guardrailsOf(stackWith('no JSON', '{}', JSON.stringify(settings)))).toEqual([
    { region: 'us-east-1', id: 'xyz', version: '1', blocks: 'forbidden' },
    { region: 'eu-west-1', id: 'abc', version: 'DRAFT', blocks: 'forbidden' },
  ]);
});
