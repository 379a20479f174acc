import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { applies, readPolicies } from './iam-policies.ts';
import type { Stack } from './stack.ts';

/**
 * Decides whether the caller of a request may do `action` (`dynamodb:GetItem`) on `resource` (an
 * ARN). `context` holds condition keys. Returns undefined if they may, or else the denial's message.
 */
export type Authorize = (
  headers: IncomingHttpHeaders,
  action: string,
  resource: string,
  context?: Readonly<Record<string, string>>,
) => string | undefined;

/** The access key id of the operator, who may do anything. */
export const OPERATOR_KEY_ID = 'local';
/** The operator's secret. It is public, because only this machine accepts it. */
export const OPERATOR_SECRET = 'local';

export interface AccessControl {
  readonly authorize: Authorize;
  /** Decides like `authorize`, but does not list a denial in `denied`. */
  readonly wouldDeny: Authorize;
  /** Returns the access key id that a function signs with. It stands for the function's role. */
  accessKeyIdOf(functionName: string): string;
  /** Returns the secret of an access key id, or undefined if nobody has this key. */
  secretOf(keyId: string): string | undefined;
  /** Returns every denial so far, each message once. */
  denied(): readonly string[];
}

/**
 * Enforces the policies of the template. Each function signs with an access key id of its own, so
 * every server knows the caller. Only identity-based policies are evaluated: resource policies,
 * permissions boundaries and organization policies are not.
 */
export function createAccessControl(stack: Stack): AccessControl {
  // Only the functions know it, so nobody else can sign links that S3 accepts as theirs.
  const functionsSecret = randomBytes(30).toString('base64url');
  const policies = readPolicies(stack);
  const callers = new Map(
    stack
      .resources('AWS::Lambda::Function', withRole)
      .map(({ ref, properties }) => [
        accessKeyIdOf(ref),
        { name: ref, statements: policies.get(properties.Role) ?? [] },
      ]),
  );
  const denials = new Set<string>();

  const wouldDeny: Authorize = (headers, action, resource, context = {}) => {
    const keyId = accessKeyId(headers);
    if (keyId === OPERATOR_KEY_ID) return undefined;
    const caller = callers.get(keyId);
    const matching = (caller?.statements ?? []).filter((statement) =>
      applies(statement, action, resource, context),
    );
    const allowed = matching.some(({ effect }) => effect === 'Allow');
    const explicitlyDenied = matching.some(({ effect }) => effect === 'Deny');
    if (allowed && !explicitlyDenied) return undefined;
    const user = caller?.name ?? (keyId || 'anonymous');
    const why = explicitlyDenied
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
    return `User: ${user} is not authorized to perform: ${action} on resource: ${resource} ${why}`;
  };

  return {
    wouldDeny,
    authorize: (...request) => {
      const denial = wouldDeny(...request);
      if (denial) denials.add(denial);
      return denial;
    },
    accessKeyIdOf,
    secretOf: (keyId) => {
      if (keyId === OPERATOR_KEY_ID) return OPERATOR_SECRET;
      return callers.has(keyId) ? functionsSecret : undefined;
    },
    denied: () => [...denials],
  };
}

/** Returns an `Authorization` header that names this access key id; the signature is not checked. */
export function credentialOf(keyId: string): string {
  return `AWS4-HMAC-SHA256 Credential=${keyId}/20260101/local/local/aws4_request, SignedHeaders=host, Signature=local`;
}

function accessKeyIdOf(functionName: string): string {
  return `LOCAL${functionName.toUpperCase()}`;
}

function accessKeyId({ authorization = '' }: IncomingHttpHeaders): string {
  return /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '';
}

const withRole = z.looseObject({ Role: z.string() });
