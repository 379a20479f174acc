import { LONGEST_WAIT_SECONDS } from '../longest-wait.ts';
import {
  COMMON_PROBLEMS,
  JOB_ID_IN_PATH,
  json,
  problems,
  queryParameters,
  RETRY_AFTER,
} from './openapi-components.ts';
import { deleteQuery, jobQuery, listQuery } from './queries.ts';

const LINKS = {
  getJob: {
    operationId: 'getJob',
    parameters: { id: '$response.body#/jobId' },
    description: 'The job’s status and, once it has ended, its answer.',
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
    'A repeated request with the same key returns the same job, as long as the job is kept. The key may be bare or a quoted string.',
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
        '202': {
          description: 'The job was accepted, now or by an earlier request, and has not ended.',
          ...ACCEPTED,
        },
        '200': {
          description: 'The job was accepted by an earlier request and has ended.',
          ...ACCEPTED,
        },
        ...problems([
          ...COMMON_PROBLEMS,
          'tooLarge',
          'unsupported',
          'idempotencyMismatch',
          'uploadUnusable',
        ]),
      },
    },
    get: {
      operationId: 'listJobs',
      summary: 'Lists the tenant’s jobs, newest first.',
      description: 'The list may lag by a moment; the response for a single job is always current.',
      tags: ['jobs'],
      parameters: queryParameters(listQuery),
      responses: {
        '200': { description: 'One page of jobs.', content: json('JobList'), links: NEXT_PAGE },
        ...problems(COMMON_PROBLEMS),
      },
    },
  },
  '/jobs/{id}': {
    parameters: [JOB_ID_IN_PATH],
    get: {
      operationId: 'getJob',
      summary: 'Returns a job, after its end or after `wait` seconds.',
      tags: ['jobs'],
      parameters: queryParameters(jobQuery(LONGEST_WAIT_SECONDS.reserved)),
      responses: {
        '200': {
          description: 'The job in its current state.',
          headers: { 'Retry-After': RETRY_AFTER },
          content: json('Job'),
        },
        ...problems([...COMMON_PROBLEMS, 'notFound']),
      },
    },
    delete: {
      operationId: 'cancelJob',
      summary: 'Cancels a job, or purges the content of an ended one.',
      description:
        'A queued or deferred job is CANCELLED at once. A running job is asked to stop: it ends within half a minute, unless an answer arrives before that.',
      tags: ['jobs'],
      parameters: queryParameters(deleteQuery),
      responses: {
        '200': {
          description: 'The job, whose prompt, files and answer are deleted (`purge=true`).',
          content: json('Job'),
        },
        '202': {
          description: 'The job, which is CANCELLED or has `cancelRequested`.',
          headers: { 'Retry-After': RETRY_AFTER },
          content: json('Job'),
        },
        ...problems([...COMMON_PROBLEMS, 'notFound', 'alreadyEnded', 'notEnded']),
      },
    },
  },
};
