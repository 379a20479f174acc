import { COMMON_PROBLEMS, json, problems } from './openapi-components.ts';

export const OTHER_PATHS = {
  '/health': {
    get: {
      operationId: 'getHealth',
      summary: 'Shows what serves at this moment: regions, models, targets and their circuits.',
      tags: ['health'],
      responses: {
        '200': { description: 'As the workers see it.', content: json('Health') },
        ...problems(COMMON_PROBLEMS),
      },
    },
  },
  '/openapi.json': {
    get: {
      operationId: 'getOpenApi',
      summary: 'This document.',
      description: 'Public, so that tools can read it; it holds no more than the project does.',
      tags: ['document'],
      security: [],
      responses: {
        '200': {
          description: 'OpenAPI 3.1.',
          content: { 'application/json': { schema: { type: 'object' } } },
        },
        ...problems(['tooManyRequests', 'internal', 'timeout']),
      },
    },
  },
};
