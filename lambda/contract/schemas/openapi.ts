/**
 * The API's document in OpenAPI 3.1, generated from the schemas of requests and responses. `npm run
 * openapi` writes it to docs/openapi.json, which the request function serves.
 */
import { END_STATUSES } from '../words.ts';
import { ADMIN_PATHS } from './openapi-admin.ts';
import { components } from './openapi-components.ts';
import { JOB_PATHS } from './openapi-jobs.ts';
import { OTHER_PATHS } from './openapi-others.ts';

export function openApiDocument() {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Holdfast',
      version: '1',
      summary: 'Runs prompts as jobs on Amazon Bedrock; the jobs outlive an outage.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/v1' }],
    security: [{ apiKey: [] }],
    tags: [
      {
        name: 'jobs',
        description: 'Prompts that are accepted at once and answered when a model is available.',
      },
      { name: 'uploads', description: 'Files that are too large for the body of a job.' },
      { name: 'health', description: 'The current health of regions, models and targets.' },
      { name: 'admin', description: 'Routes for operators, who sign their requests with IAM.' },
      { name: 'document', description: 'The description of this API.' },
    ],
    paths: { ...JOB_PATHS, ...OTHER_PATHS, ...ADMIN_PATHS },
    components: components(),
  };
}

const DESCRIPTION = [
  'A job is QUEUED, RUNNING or DEFERRED (no target admits it; `nextAttemptAt` is the time of its next',
  `attempt). It ends as one of ${END_STATUSES.join(', ')}. An API key sees only the jobs of its own`,
  'tenant. Errors are problem details (RFC 9457) and are identified by their `type`. An unknown query',
  'parameter is refused.',
].join(' ');
