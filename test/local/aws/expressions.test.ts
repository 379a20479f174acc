import { describe, expect, test } from '@jest/globals';
import conditionParser from 'dynalite/db/conditionParser.js';
import updateParser from 'dynalite/db/updateParser.js';
import { type Parser, parseOnce } from '../../../local/aws/expressions.ts';

const PARSERS = { condition: conditionParser, update: updateParser };

interface Request {
  readonly names?: Record<string, string>;
  readonly values?: Record<string, object>;
}

/** Calls a parser as dynalite does. Returns the tree, and the names and values that are still unused. */
function ask(parser: Parser, expression: string, { names = {}, values = {} }: Request) {
  const marked = (aliased: object) =>
    Object.fromEntries(Object.keys(aliased).map((alias) => [alias, true as const]));
  const context = {
    attrNames: names,
    attrVals: values,
    unusedAttrNames: marked(names),
    unusedAttrVals: marked(values),
    isReserved: (name: string) => name === 'status',
    compare: () => false,
  };
  const tree = parser.parse(expression, { context });
  return { tree, unused: [context.unusedAttrNames, context.unusedAttrVals] };
}

/** Returns a parser that parses once, and the list of the expressions that reach `parser` itself. */
function remembering(parser: Parser) {
  const asked: string[] = [];
  const behind: Parser = {
    parse: (expression, options) => {
      asked.push(expression);
      return parser.parse(expression, options);
    },
  };
  parseOnce(behind);
  return { parser: behind, asked };
}

const claim = 'SET #s = :running, #l = :until ADD claims :one';
const names = { '#s': 'status', '#l': 'leaseUntil' };
const values = (until: string) => ({
  ':running': { S: 'RUNNING' },
  ':until': { N: until },
  ':one': { N: '1' },
});

describe('an expression that was parsed before', () => {
  test.each([
    ['update', claim, { names, values: values('1') }, { names, values: values('2') }],
    [
      'condition',
      '#s IN (:a, :b) AND (attribute_not_exists(x) OR x <= :n)',
      {
        names: { '#s': 'status' },
        values: { ':a': { S: 'A' }, ':b': { S: 'B' }, ':n': { N: '1' } },
      },
      {
        names: { '#s': 'status' },
        values: { ':a': { S: 'C' }, ':b': { S: 'D' }, ':n': { N: '2' } },
      },
    ],
    [
      'update',
      'SET m = :m REMOVE a.b[0], c',
      { values: { ':m': { M: { x: { S: '1' } } } } },
      { values: { ':m': { M: { y: { L: [] } } } } },
    ],
  ] as const)(
    'gives the same tree as a new parse, for the %s %s',
    (kind, expression, first, second) => {
      const { parser, asked } = remembering(PARSERS[kind]);
      ask(parser, expression, first);

      expect(ask(parser, expression, second)).toEqual(ask(PARSERS[kind], expression, second));
      expect(asked).toEqual([expression]);
    },
  );

  test('gives each request its own tree', () => {
    const { parser } = remembering(updateParser);
    const request = { names, values: values('1') };
    const { tree } = ask(parser, claim, request);
    (tree as { sections: unknown[] }).sections.length = 0;

    expect(ask(parser, claim, request)).toEqual(ask(updateParser, claim, request));
  });

  test('marks only the names and values that it uses', () => {
    const { parser } = remembering(conditionParser);
    const used = { names: { '#a': 'a' }, values: { ':v': { S: '1' } } };
    const more = {
      names: { ...used.names, '#b': 'b' },
      values: { ...used.values, ':w': { S: '1' } },
    };
    ask(parser, '#a = :v', more);

    expect(ask(parser, '#a = :v', more).unused).toEqual([{ '#b': true }, { ':w': true }]);
  });
});

describe('an expression is parsed again', () => {
  test.each<[string, Request]>([
    [
      'if an alias stands for another name',
      { names: { ...names, '#l': 'x' }, values: values('1') },
    ],
    ['if a value has another type', { names, values: { ...values('1'), ':until': { S: '1' } } }],
    ['if there is one more value', { names, values: { ...values('1'), ':more': { N: '1' } } }],
  ])('%s', (_, request) => {
    const { parser, asked } = remembering(updateParser);
    ask(parser, claim, { names, values: values('1') });

    expect(ask(parser, claim, request)).toEqual(ask(updateParser, claim, request));
    expect(asked).toHaveLength(2);
  });

  test('if the parser compares values', () => {
    const { parser, asked } = remembering(conditionParser);
    const between = { values: { ':a': { N: '1' }, ':b': { N: '2' } } };
    for (let i = 0; i < 2; i++) ask(parser, 'x BETWEEN :a AND :b', between);

    expect(asked).toHaveLength(2);
  });

  test('if it is invalid, with the same error', () => {
    const { parser } = remembering(updateParser);
    const errors = [1, 2].map(() =>
      ask(parser, 'SET status = :v', { values: { ':v': { S: '' } } }),
    );

    expect(errors[1]).toEqual(errors[0]);
    expect(errors[1]?.tree).toContain('reserved keyword: status');
    expect(() => ask(parser, 'SET', {})).toThrow('end of input');
  });
});

test('the number of remembered expressions is bounded', () => {
  const { parser, asked } = remembering(conditionParser);
  const each = (i: number) => ask(parser, `attribute_exists(a${i})`, {});
  for (let i = 0; i <= 1000; i++) each(i);
  each(0);

  expect(asked).toHaveLength(1002);
});
