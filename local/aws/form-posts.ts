import type { IncomingMessage } from 'node:http';
import { type Handler, type Reply, readBody, sendReply } from '../../console/server/loopback.ts';
import { type AccessControl, credentialOf } from '../iam.ts';
import type { ObjectStore } from './fauxqs.ts';
import { formSigner, type PostedForm, refuseForm } from './form-policy.ts';
import { fault, faultXml, type S3Fault } from './s3-fault.ts';

/** The most bytes of a form. S3 takes up to 5 GB; no policy of Holdfast allows more than 25 MB. */
const MAX_FORM_BYTES = 32 * 1024 * 1024;

interface Form extends PostedForm {
  readonly key: string;
  readonly file: Buffer;
}

/**
 * Serves S3's PostObject: a form with a file that a browser or curl posts to a bucket, allowed by the
 * signed policy in its fields. It writes to the store itself, because fauxqs takes no body above 11 MB
 * and checks no policy. It answers 204, as S3 does unless a field asks for another status.
 */
export function serveForms(objects: ObjectStore, access: AccessControl): Handler {
  return async (request, response) => {
    const body = await readBody(request, MAX_FORM_BYTES);
    const form = body ? await parseForm(request, body) : TOO_LARGE;
    sendReply(response, 'code' in form ? refusal(form) : accept(objects, access, form));
  };
}

function accept(objects: ObjectStore, access: AccessControl, form: Form): Reply {
  const { bucket, key, file, fields } = form;
  const failure =
    refuseForm(form, access.secretOf, Date.now()) ??
    denied(access, formSigner(form) ?? '', `arn:aws:s3:::${bucket}/${key}`);
  if (failure) return refusal(failure);
  try {
    const { etag } = objects.putObject(bucket, key, file, fields.get('content-type'), {});
    return { status: 204, headers: { etag }, body: '' };
  } catch {
    return refusal(fault(404, 'NoSuchBucket', 'The specified bucket does not exist'));
  }
}

function denied(access: AccessControl, keyId: string, arn: string): S3Fault | undefined {
  const denial = access.authorize({ authorization: credentialOf(keyId) }, 's3:PutObject', arn);
  return denial === undefined ? undefined : fault(403, 'AccessDenied', denial);
}

/** Reads the fields before the file, and the file. S3 ignores what follows the file. */
async function parseForm(
  { url = '', headers }: IncomingMessage,
  body: Buffer,
): Promise<Form | S3Fault> {
  const fields = new Map<string, string>();
  for (const [name, value] of await partsOf(headers['content-type'] ?? '', body)) {
    if (name.toLowerCase() === 'file') {
      const file = typeof value === 'string' ? Buffer.from(value) : await bytesOf(value);
      const key = fields.get('key');
      if (!key) return NO_KEY;
      const bucket = url.split('/')[1] ?? '';
      return { bucket, key, fields, file, fileBytes: file.length };
    }
    fields.set(name.toLowerCase(), typeof value === 'string' ? value : await value.text());
  }
  return fields.size > 0 ? NO_FILE : MALFORMED;
}

/** Returns the parts of the body in their order; none if it is not a form. */
async function partsOf(contentType: string, body: Buffer) {
  try {
    const parsed = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } });
    return [...(await parsed.formData())];
  } catch {
    return [];
  }
}

async function bytesOf(file: Blob): Promise<Buffer> {
  return Buffer.from(await file.arrayBuffer());
}

function refusal(failure: S3Fault): Reply {
  const headers = { 'content-type': 'application/xml' };
  return { status: failure.status, headers, body: faultXml(failure) };
}

const TOO_LARGE = fault(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum size');
const NO_KEY = fault(400, 'InvalidArgument', "Bucket POST must contain a field named 'key'.");
const NO_FILE = fault(400, 'InvalidArgument', 'POST requires exactly one file upload per request.');
const MALFORMED = fault(
  400,
  'MalformedPOSTRequest',
  'The body of your POST request is not well-formed multipart/form-data.',
);
