/**
 * The API's document, OpenAPI 3.1, from the schemas that check and type its requests and answers.
 * `npm run openapi` writes it to docs/openapi.json, which is what the request function serves.
 */
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
      summary: 'Jobs for language models that outlive an outage of Bedrock.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/v1' }],
    security: [{ apiKey: [] }],
    tags: [
      { name: 'jobs', description: 'Prompts, accepted at once and answered when a model can.' },
      { name: 'health', description: 'What serves at this moment.' },
      { name: 'admin', description: 'For operators, by IAM.' },
      { name: 'document', description: 'The API about itself.' },
    ],
    paths: { ...JOB_PATHS, ...OTHER_PATHS, ...ADMIN_PATHS },
    components: components(),
  };
}

const DESCRIPTION = [
  'A job is QUEUED, RUNNING or DEFERRED (no target admits it; `nextAttemptAt` says when it is tried),',
  'and ends SUCCEEDED, FAILED, EXPIRED, CANCELLED or DEAD_LETTERED. A key sees the jobs of its own',
  'tenant only. Errors are problem details (RFC 9457), told apart by their `type`. A query parameter',
  'that a route does not know is refused.',
].join(' ');
