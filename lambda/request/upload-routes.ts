import type { APIGatewayProxyResult } from 'aws-lambda';
import { parse } from '../contract/schemas/faults.ts';
import { type UploadView, uploadRequest } from '../contract/schemas/uploads.ts';
import { isoTime } from '../core/clock.ts';
import { invalid, json } from '../http/responses.ts';
import { callBody } from './call-body.ts';
import type { Call } from './job-routes.ts';
import { ownerOf } from './job-uploads.ts';

/** Long enough to upload a file over a slow line, short enough to limit the harm of a leak. */
const FORM_MS = 15 * 60_000;

/** Answers POST /v1/uploads with a form for one file. */
export async function postUpload(call: Call): Promise<APIGatewayProxyResult> {
  const { tenant, dependencies } = call;
  const { uploads, clock, newId } = dependencies;
  const body = callBody(call);
  if ('refusal' in body) return body.refusal;
  const file = parse(uploadRequest, body.value);
  if (!file.valid) return invalid(call, file.errors);

  const now = clock.now();
  const upload = { owner: ownerOf(tenant), uploadId: newId() };
  const form = await uploads.createForm(upload, file.value, now, now + FORM_MS);
  const expiresAt = isoTime(now + FORM_MS);
  const view: UploadView = { uploadId: upload.uploadId, ...form, expiresAt, ...file.value };
  return json(201, view);
}
