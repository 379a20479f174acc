import { COMMON_PROBLEMS, json, problems } from './openapi-components.ts';

export const OTHER_PATHS = {
  '/health': {
    get: {
      operationId: 'getHealth',
      summary: 'Returns the current health of regions, models, targets and their circuits.',
      tags: ['health'],
      responses: {
        '200': { description: 'The health, as the workers see it.', content: json('Health') },
        ...problems(COMMON_PROBLEMS),
      },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      summary: 'Returns this document.',
      description: 'Needs no API key, so that tools can read it. It contains nothing secret.',
      tags: ['document'],
      security: [],
      responses: {
        '200': {
          description: 'The document, OpenAPI 3.1.',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
        ...problems(['tooManyRequests', 'internal', 'timeout']),
      },
    },
  },
};
