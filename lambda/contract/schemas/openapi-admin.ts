import { OVERRIDE_SCOPES } from '../words.ts';
import { adminJobQuery, adminJobsQuery } from './admin-jobs.ts';
import {
  COMMON_PROBLEMS,
  JOB_ID_IN_PATH,
  json,
  problems,
  queryParameters,
  RETRY_AFTER,
} from './openapi-components.ts';

/**
 * The authentication of operators: they sign requests as an IAM principal that may invoke these
 * routes.
 */
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
  description: 'The name as in the settings, percent-encoded, including its slashes.',
  schema: { type: 'string', minLength: 1 },
};

export const ADMIN_PATHS = {
  '/admin/health': {
    get: {
      operationId: 'getAdminHealth',
      summary: 'Returns the health of the chains with reasons, overrides and model lifecycles.',
      ...OPERATORS,
      responses: {
        '200': { description: 'The health, as the workers see it.', content: json('AdminHealth') },
        ...problems(COMMON_PROBLEMS),
      },
    },
  },
  '/admin/jobs': {
    get: {
      operationId: 'listAllJobs',
      summary: 'Lists the jobs of all tenants, newest first, without their content.',
      description:
        'The list may lag by a moment. Each job is shown as it is now, as GET /admin/jobs/{id} shows it.',
      ...OPERATORS,
      parameters: queryParameters(adminJobsQuery),
      responses: {
        '200': {
          description: 'One page of jobs.',
          content: json('AdminJobList'),
          links: {
            nextPage: {
              operationId: 'listAllJobs',
              parameters: { cursor: '$response.body#/nextCursor' },
            },
          },
        },
        ...problems(COMMON_PROBLEMS),
      },
    },
  },
  '/admin/jobs/{id}': {
    parameters: [JOB_ID_IN_PATH],
    get: {
      operationId: 'getAnyJob',
      summary: 'Returns a job of any tenant; with `content=true`, its request and answer as well.',
      ...OPERATORS,
      parameters: queryParameters(adminJobQuery),
      responses: {
        '200': {
          description: 'The job in its current state.',
          headers: { 'Retry-After': RETRY_AFTER },
          content: json('AdminJobDetail'),
        },
        ...problems([...COMMON_PROBLEMS, 'notFound']),
      },
    },
    delete: {
      operationId: 'cancelAnyJob',
      summary: 'Cancels a job of any tenant.',
      ...OPERATORS,
      responses: {
        '202': {
          description: 'The job, which is CANCELLED or has `cancelRequested`.',
          headers: { 'Retry-After': RETRY_AFTER },
          content: json('AdminJob'),
        },
        ...problems([...COMMON_PROBLEMS, 'notFound', 'alreadyEnded']),
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
        '200': {
          description: 'The override; every worker applies it within 5 s.',
          content: json('Override'),
        },
        ...problems([...COMMON_PROBLEMS, 'notFound', 'circuitsNotShared']),
      },
    },
    delete: {
      operationId: 'liftOverride',
      summary: 'Ends an override.',
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
      summary: 'Enables a target that was disabled by configuration errors.',
      ...OPERATORS,
      responses: {
        '200': {
          description: 'The target, which gets its traffic back through the recovery stages.',
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
      summary: 'Moves dead-lettered jobs, or one of them, back into the queue, at a bounded rate.',
      ...OPERATORS,
      requestBody: { content: json('RedriveRequest') },
      responses: {
        '200': {
          description: 'The number of messages that were moved, skipped, held or unreadable.',
          content: json('RedriveReport'),
        },
        ...problems([...COMMON_PROBLEMS, 'notFound', 'notRedrivable', 'redriveRunning']),
      },
    },
  },
};
