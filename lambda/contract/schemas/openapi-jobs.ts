import {
  COMMON_PROBLEMS,
  json,
  problems,
  queryParameters,
  RETRY_AFTER,
} from './openapi-components.ts';
import { jobQuery, listQuery } from './queries.ts';

const JOB_ID = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: '^[0-9a-f]{32}$' },
};

const LINKS = {
  getJob: {
    operationId: 'getJob',
    parameters: { id: '$response.body#/jobId' },
    description: 'Its state and, once it has ended, its answer.',
  },
  cancelJob: { operationId: 'cancelJob', parameters: { id: '$response.body#/jobId' } },
};

const ACCEPTED = {
  headers: {
    Location: { description: 'The path of the job.', schema: { type: 'string' } },
    'Retry-After': RETRY_AFTER,
  },
  content: json('AcceptedJob'),
  links: LINKS,
};

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'A repeat under the same key is the same job, as long as the job is kept; bare or as a quoted string.',
  schema: { type: 'string', pattern: '^[!-~]{1,255}$' },
};

const NEXT_PAGE = {
  nextPage: { operationId: 'listJobs', parameters: { cursor: '$response.body#/nextCursor' } },
};

export const JOB_PATHS = {
  '/jobs': {
    post: {
      operationId: 'submitJob',
      summary: 'Accepts a job.',
      tags: ['jobs'],
      parameters: [IDEMPOTENCY_KEY],
      requestBody: { required: true, content: json('JobRequest') },
      responses: {
        '202': { description: 'Accepted, or accepted before and still open.', ...ACCEPTED },
        '200': { description: 'Accepted before, and ended since.', ...ACCEPTED },
        ...problems([...COMMON_PROBLEMS, 'tooLarge', 'idempotencyMismatch']),
      },
    },
    get: {
      operationId: 'listJobs',
      summary: 'Lists the tenant’s jobs, newest first.',
      description: 'The list may be a moment behind; a job’s own address never is.',
      tags: ['jobs'],
      parameters: queryParameters(listQuery),
      responses: {
        '200': { description: 'A page.', content: json('JobList'), links: NEXT_PAGE },
        ...problems(COMMON_PROBLEMS),
      },
    },
  },
  '/jobs/{id}': {
    parameters: [JOB_ID],
    get: {
      operationId: 'getJob',
      summary: 'Shows a job, if need be once it has ended.',
      tags: ['jobs'],
      parameters: queryParameters(jobQuery),
      responses: {
        '200': {
          description: 'The job as it is.',
          headers: { 'Retry-After': RETRY_AFTER },
          content: json('Job'),
        },
        ...problems([...COMMON_PROBLEMS, 'notFound']),
      },
    },
    delete: {
      operationId: 'cancelJob',
      summary: 'Cancels a job.',
      description:
        'A queued or deferred job is CANCELLED at once. A running one is asked to stop: it ends before its next call of a model, unless an answer is there first.',
      tags: ['jobs'],
      responses: {
        '202': {
          description: 'The job, CANCELLED or with `cancelRequested`.',
          headers: { 'Retry-After': RETRY_AFTER },
          content: json('Job'),
        },
        ...problems([...COMMON_PROBLEMS, 'notFound', 'alreadyEnded']),
      },
    },
  },
};
