import { z } from 'zod';
import { parseJson } from '../json.ts';
import { isSame, signatureOfText } from '../signature-v4.ts';
import type { SecretOf } from './presigned-link.ts';
import { fault, type S3Fault } from './s3-fault.ts';

/** A form with a file that was posted to a bucket. */
export interface PostedForm {
  readonly bucket: string;
  /** The fields before the file, by their names in lower case: S3 ignores the case. */
  readonly fields: ReadonlyMap<string, string>;
  readonly fileBytes: number;
}

const condition = z.union([
  z.record(z.string(), z.string()),
  z.tuple([z.enum(['eq', 'starts-with']), z.string().startsWith('$'), z.string()]),
  z.tuple([z.literal('content-length-range'), z.int().min(0), z.int().min(0)]),
]);
const policyDocument = z.strictObject({
  expiration: z.iso.datetime(),
  conditions: z.array(condition).min(1),
});
type Condition = z.infer<typeof condition>;

/** The fields that need no condition: the policy itself, its signature, and those to ignore. */
const FREE_FIELD = /^(policy|x-amz-signature|x-ignore-.*)$/;

/** Returns the access key id that signed the form's policy, or undefined if it names none. */
export function formSigner({ fields }: PostedForm): string | undefined {
  return fields.get('x-amz-credential')?.split('/')[0];
}

/**
 * Verifies a form as S3 does: the signature of its policy, the policy's expiry, every condition of the
 * policy, and that no field is without a condition. Returns undefined if the form is valid.
 *
 * Source: AWS, "POST Policy" and "Authenticating Requests in Browser-Based Uploads Using POST".
 */
export function refuseForm(
  form: PostedForm,
  secretOf: SecretOf,
  nowMs: number,
): S3Fault | undefined {
  const encoded = form.fields.get('policy');
  if (encoded === undefined) return fault(403, 'AccessDenied', 'Access Denied');
  if (!isSigned(form, encoded, secretOf)) {
    return fault(403, 'SignatureDoesNotMatch', 'The signature of the policy is not valid.');
  }
  const policy = policyDocument.safeParse(
    parseJson(Buffer.from(encoded, 'base64').toString()),
  ).data;
  if (!policy) return fault(400, 'InvalidPolicyDocument', 'Invalid Policy: Invalid JSON.');
  if (Date.parse(policy.expiration) <= nowMs) return broken('Policy expired.');
  return firstFault(form, policy.conditions);
}

function isSigned({ fields }: PostedForm, encoded: string, secretOf: SecretOf): boolean {
  const [keyId = '', ...scope] = (fields.get('x-amz-credential') ?? '').split('/');
  const [day, , service, end] = scope;
  const secret = secretOf(keyId);
  const isForS3 =
    scope.length === 4 &&
    service === 's3' &&
    end === 'aws4_request' &&
    fields.get('x-amz-algorithm') === 'AWS4-HMAC-SHA256' &&
    fields.get('x-amz-date')?.startsWith(`${day}T`) === true;
  if (!secret || !isForS3) return false;
  const expected = signatureOfText(encoded, scope.join('/'), secret);
  return isSame(fields.get('x-amz-signature') ?? '', expected);
}

function firstFault(form: PostedForm, conditions: readonly Condition[]): S3Fault | undefined {
  // S3 treats the bucket like a field, although the form names it only in its address.
  const fields = new Map([...form.fields, ['bucket', form.bucket]]);
  const named = new Set<string>();
  for (const each of conditions) {
    if (Array.isArray(each) && each[0] === 'content-length-range') {
      const tooFew = form.fileBytes < each[1];
      if (tooFew) return fault(400, 'EntityTooSmall', 'Your proposed upload is too small');
      if (form.fileBytes > each[2]) {
        return fault(
          400,
          'EntityTooLarge',
          'Your proposed upload exceeds the maximum allowed size',
        );
      }
      continue;
    }
    for (const { test, name, value } of matches(each)) {
      named.add(name);
      const given = fields.get(name) ?? '';
      if (test === 'eq' ? given === value : given.startsWith(value)) continue;
      return broken(`Policy Condition failed: ${JSON.stringify([test, `$${name}`, value])}`);
    }
  }
  const extra = [...fields.keys()].filter((name) => !named.has(name) && !FREE_FIELD.test(name));
  return extra.length > 0 ? broken(`Extra input fields: ${extra.join(', ')}`) : undefined;
}

interface Match {
  readonly test: 'eq' | 'starts-with';
  readonly name: string;
  readonly value: string;
}

function matches(each: Exclude<Condition, ['content-length-range', number, number]>): Match[] {
  if (Array.isArray(each)) {
    const [test, name, value] = each;
    return [{ test, name: name.slice(1).toLowerCase(), value }];
  }
  return Object.entries(each).map(([name, value]) => ({
    test: 'eq',
    name: name.toLowerCase(),
    value,
  }));
}

function broken(message: string): S3Fault {
  return fault(403, 'AccessDenied', `Invalid according to Policy: ${message}`);
}
