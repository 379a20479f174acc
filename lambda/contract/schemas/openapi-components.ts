/**
 * The parts of the API's document that its paths share, and functions that make references to them.
 */
import type * as z from 'zod';
import { JOB_ID } from '../keys.ts';
import { PROBLEM, PROBLEM_CONTENT_TYPE, type Problem } from '../problems.ts';
import { adminHealthView } from './admin-health-view.ts';
import { adminJob, adminJobDetail, adminJobList } from './admin-jobs.ts';
import { contentBlock, systemBlock } from './content-blocks.ts';
import { healthView } from './health-view.ts';
import { acceptedJob, jobList, jobView } from './job-views.ts';
import { jobRequest } from './jobs.ts';
import { jsonSchema, jsonSchemas } from './json-schema.ts';
import { audioBlock, documentBlock, imageBlock, videoBlock } from './media-blocks.ts';
import { outputConfig } from './output-config.ts';
import { overrideRequest, overrideView } from './overrides.ts';
import { problemDetails } from './problem-details.ts';
import { redriveReport, redriveRequest } from './redrive.ts';
import { toolConfig } from './tools.ts';
import { uploadRequest, uploadView } from './uploads.ts';

/** The schemas by their names in the document. */
export const SCHEMAS = {
  JobRequest: jobRequest,
  AcceptedJob: acceptedJob,
  Job: jobView,
  JobList: jobList,
  UploadRequest: uploadRequest,
  Upload: uploadView,
  Health: healthView,
  AdminHealth: adminHealthView,
  AdminJob: adminJob,
  AdminJobDetail: adminJobDetail,
  AdminJobList: adminJobList,
  OverrideRequest: overrideRequest,
  Override: overrideView,
  RedriveRequest: redriveRequest,
  RedriveReport: redriveReport,
  Problem: problemDetails,
} as const;

/** The parts of the schemas that the document names, because they are long or used more than once. */
const PARTS = {
  ContentBlock: contentBlock,
  SystemBlock: systemBlock,
  Image: imageBlock,
  Document: documentBlock,
  Video: videoBlock,
  Audio: audioBlock,
  ToolConfig: toolConfig,
  OutputConfig: outputConfig,
};

export function components(): object {
  const responses = Object.entries(PROBLEM).map(([name, kind]) => [name, problemResponse(kind)]);
  return {
    schemas: jsonSchemas({ ...SCHEMAS, ...PARTS }),
    responses: Object.fromEntries(responses),
    headers: {
      'Retry-After': {
        description: 'The number of seconds to wait before the next request.',
        schema: { type: 'integer', minimum: 1 },
      },
    },
    securitySchemes: {
      apiKey: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      // OpenAPI has no scheme for signatures, so this is the form that API Gateway exports.
      sigv4: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: 'AWS Signature Version 4 of an IAM principal, for the service execute-api.',
        'x-amazon-apigateway-authtype': 'awsSigv4',
      },
    },
  };
}

export const JOB_ID_IN_PATH = {
  name: 'id',
  in: 'path',
  required: true,
  schema: { type: 'string', pattern: JOB_ID.source },
};

export const RETRY_AFTER = { $ref: '#/components/headers/Retry-After' };

export function json(schema: keyof typeof SCHEMAS): object {
  return { 'application/json': { schema: { $ref: `#/components/schemas/${schema}` } } };
}

type ProblemName = keyof typeof PROBLEM;

/** Problems that every route with a key can return, including those of the gateway itself. */
export const COMMON_PROBLEMS: readonly ProblemName[] = [
  'invalidRequest',
  'forbidden',
  'tooManyRequests',
  'internal',
  'unavailable',
  'timeout',
];

/** Problem responses by status. Problems with one status share a response. */
export function problems(names: readonly ProblemName[]): Readonly<Record<string, object>> {
  return Object.fromEntries(
    names.map((name) => {
      const { status } = PROBLEM[name];
      const kinds = names.filter((other) => PROBLEM[other].status === status);
      if (kinds.length === 1) return [status, { $ref: `#/components/responses/${name}` }];
      const responses = kinds.map((kind) => problemResponse(PROBLEM[kind]));
      const description = responses.map((each) => each.description).join(' ');
      return [status, { ...problemResponse(PROBLEM[name]), description }];
    }),
  );
}

/** Documents each parameter of a query's schema with the type into which it is parsed. */
export function queryParameters(query: z.ZodType): readonly object[] {
  const { properties = {} } = jsonSchema(query, 'output');
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = typeof property === 'boolean' ? {} : property;
    return { name, in: 'query', description, schema };
  });
}

function problemResponse({ type, title, status }: Problem) {
  const isTemporary =
    status === PROBLEM.tooManyRequests.status || status === PROBLEM.unavailable.status;
  return {
    description: `${title}: \`${type}\`.`,
    ...(isTemporary && { headers: { 'Retry-After': RETRY_AFTER } }),
    content: { [PROBLEM_CONTENT_TYPE]: { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}
