import { OVERRIDE_SCOPES } from '../words.ts';
import { COMMON_PROBLEMS, json, problems } from './openapi-components.ts';

/** Of operators: who signs with an IAM principal that may invoke these routes. */
const OPERATORS = { tags: ['admin'], security: [{ sigv4: [] }] };

const SCOPE = {
  name: 'scope',
  in: 'path',
  required: true,
  schema: { type: 'string', enum: OVERRIDE_SCOPES },
};

const KEY = {
  name: 'key',
  in: 'path',
  required: true,
  description: 'As the chain of the settings names it, percent-encoded, its slashes too.',
  schema: { type: 'string', minLength: 1 },
};

export const ADMIN_PATHS = {
  '/admin/health': {
    get: {
      operationId: 'getAdminHealth',
      summary: 'Shows the health of everything, and who and why.',
      ...OPERATORS,
      responses: {
        '200': { description: 'As the workers see it.', content: json('AdminHealth') },
        ...problems(COMMON_PROBLEMS),
      },
    },
  },
  '/admin/overrides/{scope}/{key}': {
    parameters: [SCOPE, KEY],
    put: {
      operationId: 'setOverride',
      summary: 'Overrides the circuits of a target, a profile, a model or a region.',
      ...OPERATORS,
      requestBody: { required: true, content: json('OverrideRequest') },
      responses: {
        '200': { description: 'In force for every worker within 5 s.', content: json('Override') },
        ...problems([...COMMON_PROBLEMS, 'notFound', 'circuitsNotShared']),
      },
    },
    delete: {
      operationId: 'liftOverride',
      summary: 'Lifts an override.',
      ...OPERATORS,
      responses: {
        '200': { description: 'The override that was in force.', content: json('Override') },
        ...problems([...COMMON_PROBLEMS, 'notFound']),
      },
    },
  },
  '/admin/disabled/{key}': {
    parameters: [KEY],
    delete: {
      operationId: 'enableTarget',
      summary: 'Lets a target be called again that configuration errors have disabled.',
      ...OPERATORS,
      responses: {
        '200': {
          description: 'It gets its traffic by the stages of a recovery.',
          content: {
            'application/json': {
              schema: { type: 'object', properties: { target: { type: 'string' } } },
            },
          },
        },
        ...problems([...COMMON_PROBLEMS, 'notFound']),
      },
    },
  },
  '/admin/redrive': {
    post: {
      operationId: 'redrive',
      summary: 'Moves dead-lettered jobs back into the queue, at a bounded rate.',
      ...OPERATORS,
      requestBody: { content: json('RedriveRequest') },
      responses: {
        '200': { description: 'What became of the messages.', content: json('RedriveReport') },
        ...problems(COMMON_PROBLEMS),
      },
    },
  },
};
