import { COMMON_PROBLEMS, json, problems } from './openapi-components.ts';

export const OTHER_PATHS = {
  '/uploads': {
    post: {
      operationId: 'createUpload',
      summary: 'Returns a form that uploads one image, document, video or sound.',
      description:
        'Send the file with a POST to `url`, as `multipart/form-data`: first all `fields`, then the file as `file`. A content block then refers to it as `source: { upload }`, for a day. A job has a copy of its own: what is uploaded later does not change it.',
      tags: ['uploads'],
      requestBody: { required: true, content: json('UploadRequest') },
      responses: {
        '201': { description: 'The form, valid for 15 minutes.', content: json('Upload') },
        ...problems([...COMMON_PROBLEMS, 'tooLarge']),
      },
    },
  },
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
