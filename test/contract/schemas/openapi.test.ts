import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { PROBLEM } from '../../../lambda/contract/problems.ts';
import { jobRequest } from '../../../lambda/contract/schemas/jobs.ts';
import { openApiDocument } from '../../../lambda/contract/schemas/openapi.ts';

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, { readonly links?: object }>>;
}

// Stringified once, because JSON omits undefined values.
const document = JSON.parse(JSON.stringify(openApiDocument()));
const operations: readonly Operation[] = Object.values<object>(document.paths).flatMap((path) =>
  Object.values(path).filter((each) => 'operationId' in each),
);

describe('the document of the API', () => {
  test('equals docs/openapi.json; if not, run npm run openapi', () => {
    const file = new URL('../../../docs/openapi.json', import.meta.url);

    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(document);
  });

  test('contains everything that it refers to', () => {
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)];

    expect(references.length).toBeGreaterThan(20);
    for (const [, path = ''] of references) {
      const found = path.split('/').reduce((at, step) => at?.[step], document);
      expect([path, typeof found]).toEqual([path, 'object']);
    }
  });

  test('names each operation once, and its links refer to operations', () => {
    const ids = operations.map(({ operationId }) => operationId);
    const linked = operations
      .flatMap(({ responses }) => Object.values(responses))
      .flatMap(({ links = {} }) => Object.values(links).map(({ operationId }) => operationId));

    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(linked)).toEqual(new Set(['getJob', 'cancelJob', 'listJobs', 'listAllJobs']));
    expect(ids).toEqual(expect.arrayContaining(linked));
  });

  test('declares the parameters in its paths', () => {
    for (const [path, { parameters = [] }] of Object.entries<{ parameters?: object[] }>(
      document.paths,
    )) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      const declared = parameters.map((each) => ('name' in each ? each.name : undefined));
      expect([path, declared]).toEqual([path, names]);
    }
  });

  test('documents every type of problem, and Retry-After for the temporary ones', () => {
    const { schemas, responses } = document.components;

    expect(schemas.Problem.properties.type.enum).toEqual(
      Object.values(PROBLEM).map(({ type }) => type),
    );
    for (const [name, { type, status }] of Object.entries(PROBLEM)) {
      expect(responses[name].description).toContain(type);
      expect(Object.keys(responses[name].headers ?? {})).toEqual(
        [429, 503].includes(status) ? ['Retry-After'] : [],
      );
    }
  });

  test('documents the allowed values of parameters', () => {
    const parametersOf = (path: string) => document.paths[path].get.parameters;

    expect(parametersOf('/jobs')).toMatchObject([
      { name: 'status', in: 'query', schema: { enum: expect.arrayContaining(['DEFERRED']) } },
      {
        name: 'limit',
        in: 'query',
        schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
      },
      { name: 'cursor', in: 'query', schema: { type: 'string' } },
    ]);
    expect(parametersOf('/jobs/{id}')).toMatchObject([
      { name: 'wait', schema: { type: 'integer', minimum: 0, maximum: 20, default: 0 } },
    ]);
  });

  test('requires a prompt or messages, and nothing else', () => {
    const { JobRequest } = document.components.schemas;

    expect(JobRequest).toMatchObject({
      type: 'object',
      additionalProperties: false,
      oneOf: [{ required: ['prompt'] }, { required: ['messages'] }],
    });
    expect(JobRequest).not.toHaveProperty('required');
    for (const example of JobRequest.examples) {
      expect(jobRequest.safeParse(example).success).toBe(true);
    }
  });

  test('contains no traces of zod: no patterns, no largest integer', () => {
    const traces = ['9007199254740991', '[02468]', 'readOnly', '$schema'];

    expect(traces.filter((trace) => JSON.stringify(document).includes(trace))).toEqual([]);
  });
});
