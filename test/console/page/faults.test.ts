import { describe, expect, test } from '@jest/globals';
import type { FaultDescription } from '../../../console/src/views/faults/fault-description.ts';
import {
  faultOf,
  fieldsOf,
  isSwitchOf,
  rangeOf,
  readRule,
  ruleSentence,
  switchRule,
} from '../../../console/src/views/faults/rule-form.ts';
import { describeFaults } from '../../../local/bedrock/fault-description.ts';
import { type FaultRuleError, parseFaultRules } from '../../../local/bedrock/parse-fault-rules.ts';

const description = { seed: 1, ...describeFaults() } as unknown as FaultDescription;

function formOf(fault: string) {
  const found = description.faults.find((each) => each.fault === fault);
  if (!found) throw new Error(`no fault ${fault}`);
  return fieldsOf(description, found);
}

describe('the form of a rule', () => {
  test('has the fields of its fault first, then those of every rule', () => {
    const names = formOf('long-answer').map(({ name, isRequired }) => [name, isRequired]);

    expect(names.slice(0, 2)).toEqual([
      ['tokens', true],
      ['operation', false],
    ]);
    expect(names).toHaveLength(1 + Object.keys(description.fields).length);
  });

  test('says the range and the unit of every field', () => {
    const ranges = Object.fromEntries(
      description.faults
        .flatMap(({ fault }) => formOf(fault))
        .map(({ name, schema }) => [name, rangeOf(schema)]),
    );

    expect(ranges).toMatchObject({
      probability: 'a number above 0 and at most 1 (share)',
      atSeconds: 'a number at least 0 (seconds)',
      tokens: 'a whole number at least 1 (tokens)',
      status: 'a whole number at least 200 and at most 599',
      operation: 'one of converse, converse-stream, count-tokens',
      headers: 'a JSON object',
      region: 'a text',
    });
  });

  test('makes a rule that the fake takes', () => {
    const texts = { tokens: ' 40 ', region: 'us-east-1', probability: '0.5', prompt: '' };

    const read = readRule('long-answer', formOf('long-answer'), texts);

    const rule = { fault: 'long-answer', tokens: 40, region: 'us-east-1', probability: 0.5 };
    expect(read).toEqual({ valid: true, rule });
    expect(parseFaultRules(rule)).toEqual([rule]);
  });

  test('reads an object', () => {
    const texts = { status: '503', headers: '{"retry-after":"5"}' };

    expect(readRule('reply', formOf('reply'), texts)).toEqual({
      valid: true,
      rule: { fault: 'reply', status: 503, headers: { 'retry-after': '5' } },
    });
  });

  test.each([
    ['slow', { factor: 'two' }, 'factor', 'got two, allowed is a number above 0 (times)'],
    ['reply', { headers: '{' }, 'headers', 'got {, allowed is a JSON object'],
  ])('of %s names the field that it cannot read', (fault, texts, field, text) => {
    expect(readRule(fault, formOf(fault), texts)).toEqual({ valid: false, field, fault: text });
  });
});

describe('an error of the fake', () => {
  test.each([
    [{ fault: 'hang', probability: 2 }, 'probability'],
    [{ fault: 'slow' }, 'factor'],
    [{ fault: 'quota' }, 'requestsPerMinute'],
    [[{ fault: 'hang' }, { fault: 'melt' }], 'fault'],
  ])('%j names the field', (rule, field) => {
    let message = '';
    try {
      parseFaultRules(rule);
    } catch (error: unknown) {
      message = (error as FaultRuleError).message;
    }

    const sent = `${message}; GET /_control describes all faults`;
    expect(faultOf(sent)).toEqual({
      field,
      fault: expect.stringMatching(/^got .*allowed is (?!.*_control)/),
    });
  });

  test('without a field is kept as it is', () => {
    expect(faultOf('Unexpected end of JSON input; allowed is a rule')).toEqual({
      fault: 'Unexpected end of JSON input; allowed is a rule',
    });
  });
});

describe('a switch', () => {
  const target = { region: 'us-east-1', model: 'us.anthropic.claude-sonnet-4-6' };

  test('is on for a rule that covers its place and nothing less', () => {
    expect(isSwitchOf(switchRule('hang', target), target)).toBe(true);
    expect(isSwitchOf(switchRule('hang', { region: 'us-east-1' }), target)).toBe(false);
    expect(isSwitchOf({ ...switchRule('hang', target), probability: 0.5 }, target)).toBe(false);
    expect(isSwitchOf(switchRule('reset', { region: 'us-east-1' }), { region: 'us-east-1' })).toBe(
      true,
    );
  });
});

test('a rule becomes a sentence', () => {
  expect(ruleSentence({ fault: 'hang' })).toBe('hang everywhere');
  expect(
    ruleSentence({
      fault: 'slow',
      region: 'us-east-1',
      model: '*haiku*',
      factor: 3,
      prompt: '*a*',
    }),
  ).toBe('slow in us-east-1 for *haiku* · factor 3 · prompt *a*');
});
