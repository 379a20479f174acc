import { describe, expect, test } from '@jest/globals';
import { createEvaluator, parseTemplate } from '../../local/template.ts';

function evaluator(template: object = {}) {
  const identities = new Map([
    ['Queue', { ref: 'http://queue', attributes: { Arn: 'arn:queue', 'Nested.Name': 'nested' } }],
  ]);
  return createEvaluator(
    parseTemplate(JSON.stringify({ Resources: {}, ...template })),
    { 'AWS::Region': 'us-east-1', 'AWS::Partition': 'aws' },
    (logicalId) => identities.get(logicalId),
  );
}

/** Returns a variable in the syntax of `Fn::Sub`. */
function variable(name: string): string {
  return `\${${name}}`;
}

describe('intrinsic functions', () => {
  const mappings = { Mappings: { Limits: { 'us-east-1': { most: 7 } } } };
  test.each([
    ['a resource', { Ref: 'Queue' }, 'http://queue'],
    ['a pseudo parameter', { Ref: 'AWS::Region' }, 'us-east-1'],
    ['an attribute', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    ['an attribute in dotted form', { 'Fn::GetAtt': 'Queue.Nested.Name' }, 'nested'],
    ['Join', { 'Fn::Join': [':', ['a', { Ref: 'AWS::Partition' }, 1]] }, 'a:aws:1'],
    [
      'Sub',
      {
        'Fn::Sub': [variable('AWS::Region'), variable('Queue.Arn'), variable('!Literal')].join('/'),
      },
      `us-east-1/arn:queue/${variable('Literal')}`,
    ],
    [
      'Sub with variables',
      { 'Fn::Sub': [`${variable('x')}-${variable('Queue')}`, { x: { Ref: 'AWS::Region' } }] },
      'us-east-1-http://queue',
    ],
    ['Select of Split', { 'Fn::Select': [1, { 'Fn::Split': ['/', 'a/b/c'] }] }, 'b'],
    ['FindInMap', { 'Fn::FindInMap': ['Limits', { Ref: 'AWS::Region' }, 'most'] }, 7],
    [
      'nested values',
      { list: [{ Ref: 'Queue' }], keep: null },
      { list: ['http://queue'], keep: null },
    ],
    [
      'a block named Condition',
      { Condition: { StringEquals: { a: 'b' } } },
      { Condition: { StringEquals: { a: 'b' } } },
    ],
  ])('resolves %s', (_, value, expected) => {
    expect(evaluator(mappings).resolve(value)).toEqual(expected);
  });

  test('leaves out AWS::NoValue', () => {
    const value = { kept: 1, gone: { Ref: 'AWS::NoValue' }, list: [{ Ref: 'AWS::NoValue' }, 2] };

    expect(evaluator().resolve(value)).toEqual({ kept: 1, list: [2] });
  });

  test.each([
    ['a Ref to an unknown id', { Ref: 'Absent' }, 'unresolved Ref Absent'],
    [
      'an attribute that is not emulated',
      { 'Fn::GetAtt': ['Queue', 'Age'] },
      'unresolved Fn::GetAtt Queue.Age',
    ],
    [
      'an unknown function',
      { 'Fn::Cidr': ['a', 1] },
      'intrinsic function Fn::Cidr is not emulated',
    ],
    [
      'a mapping that does not exist',
      { 'Fn::FindInMap': ['No', 'such', 'key'] },
      'unresolved Fn::FindInMap No.such.key',
    ],
  ])('refuses %s', (_, value, message) => {
    expect(() => evaluator().resolve(value)).toThrow(message);
  });
});

describe('conditions', () => {
  const { holds, resolve } = evaluator({
    Parameters: { Stage: { Default: 'prod' } },
    Conditions: {
      IsProd: { 'Fn::Equals': [{ Ref: 'Stage' }, 'prod'] },
      IsTest: { 'Fn::Not': [{ Condition: 'IsProd' }] },
      Both: { 'Fn::And': [{ Condition: 'IsProd' }, { Condition: 'IsTest' }] },
      Either: { 'Fn::Or': [{ Condition: 'IsProd' }, { Condition: 'IsTest' }] },
    },
  });

  test.each([
    ['IsProd', true],
    ['IsTest', false],
    ['Both', false],
    ['Either', true],
  ])('%s is %s', (condition, expected) => {
    expect(holds(condition)).toBe(expected);
  });

  test('choose between two values', () => {
    expect(resolve({ 'Fn::If': ['IsTest', 'a', 'b'] })).toBe('b');
  });

  test('a resource without a condition exists', () => {
    expect(holds(undefined)).toBe(true);
  });

  test('an unknown condition is refused', () => {
    expect(() => holds('Absent')).toThrow('template: condition Absent does not exist');
  });
});
