import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { NO_ANSWER } from '../../../lambda/core/jobs/job-errors.ts';
import { aTemplate } from '../../support/stack.ts';
import { resourcesOf } from '../../support/template.ts';

const template = aTemplate();
const queries = resourcesOf(template, 'AWS::Logs::QueryDefinition').map(({ properties }) => ({
  name: String(properties.Name),
  text: String(properties.QueryString),
  logGroups: properties.LogGroupNames,
}));

const LAMBDA = fileURLToPath(new URL('../../../lambda', import.meta.url));
const source = readdirSync(LAMBDA, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => readFileSync(join(LAMBDA, path), 'utf8'))
  .join('\n');
/** The messages of all log lines that the functions write. */
const messages = [...source.matchAll(/log\??\.\w+\(\s*'([^']+)'/g)].map(([, message]) => message);

describe('the saved queries', () => {
  test('answer the most common questions, in a folder of the instance', () => {
    expect(queries.map(({ name }) => name)).toEqual([
      'Holdfast/What happened to a job',
      'Holdfast/Why model calls fail',
      'Holdfast/When circuits opened and closed',
      'Holdfast/The slowest jobs',
      'Holdfast/Jobs without an answer',
      'Holdfast/Who changed what',
      'Holdfast/What went wrong',
    ]);
  });

  test('search the logs of all functions', () => {
    const groups = resourcesOf(template, 'AWS::Logs::LogGroup')
      .map(({ id }) => `{${id}}`)
      .filter((id) => id.includes('Function'));

    for (const { logGroups } of queries) expect(logGroups).toEqual(groups);
  });

  test('search for messages that a function writes', () => {
    const asked = queries.flatMap(({ text }) =>
      [...text.matchAll(/message = '([^']+)'/g)].map(([, message]) => message),
    );
    const starts = queries.flatMap(({ text }) =>
      [...text.matchAll(/message like \/\^(\w+)\//g)].map(([, start = '']) => start),
    );

    expect(asked.length + starts.length).toBeGreaterThan(2);
    expect(messages).toEqual(expect.arrayContaining(asked));
    for (const start of starts) {
      expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(`^${start} `)]));
    }
  });

  test('find the jobs without an answer by the error that ends them', () => {
    const query = queries.find(({ name }) => name.endsWith('Jobs without an answer'));
    const [, ending = ''] = /error like \/(.+)\$\//.exec(query?.text ?? '') ?? [];

    expect(ending).not.toBe('');
    expect(NO_ANSWER.type).toMatch(new RegExp(`${ending}$`));
  });

  test('name fields that a log line has', () => {
    const fields = queries.flatMap(({ text }) =>
      [...text.matchAll(/(?:^fields| by|ispresent\()([\w@, ]+)/gm)].flatMap(([, list = '']) =>
        list.split(',').map((field) => field.trim()),
      ),
    );
    // Every line has `level` and `message` from Powertools, and CloudWatch adds those with an @.
    const own = fields.filter((field) => !/^(@\w+|level|message)$/.test(field));

    expect(own.length).toBeGreaterThan(15);
    const logged = (field: string) => new RegExp(`\\b${field}\\b[,:} ]`).test(source);
    expect(own.filter((field) => !logged(field))).toEqual([]);
  });
});
