import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Stack } from './stack.ts';

/**
 * Asks whether the caller of a request may do `action` (`dynamodb:GetItem`) on `resource` (an ARN).
 * `context` holds condition keys. Undefined means allowed; a text is the denial's message.
 */
export type Authorize = (
  headers: IncomingHttpHeaders,
  action: string,
  resource: string,
  context?: Readonly<Record<string, string>>,
) => string | undefined;

/** The access key id of whoever runs the embedded run; it may do anything. */
export const OPERATOR_KEY_ID = 'local';

export interface AccessControl {
  readonly authorize: Authorize;
  /** The same question, but a no is nobody's mistake and is not listed in `denied`. */
  readonly wouldDeny: Authorize;
  /** The access key id that a function signs with; it stands for the function's role. */
  accessKeyIdOf(functionName: string): string;
  /** Every denial so far, each message once. */
  denied(): readonly string[];
}

/**
 * Least privilege, from the template's own policies: each function signs with a key id of its own,
 * so every server knows the caller. Identity policies alone are evaluated: resource policies,
 * boundaries and organization policies are not.
 */
export function createAccessControl(stack: Stack): AccessControl {
  const statementsOf = readPolicies(stack);
  const callers = new Map<string, { name: string; about: StatementsByAction }>();
  for (const { ref, properties } of stack.resources('AWS::Lambda::Function', withRole)) {
    const statements = statementsOf.get(properties.Role) ?? [];
    callers.set(accessKeyIdOf(ref), { name: ref, about: statementsByAction(statements) });
  }
  const denials = new Set<string>();

  const wouldDeny: Authorize = (headers, action, resource, context = {}) => {
    const keyId = accessKeyId(headers);
    if (keyId === OPERATOR_KEY_ID) return undefined;
    const caller = callers.get(keyId);
    const matching = (caller?.about(action) ?? []).filter((statement) =>
      applies(statement, resource, context),
    );
    const allowed = matching.some(({ effect }) => effect === 'Allow');
    const refused = matching.some(({ effect }) => effect === 'Deny');
    if (allowed && !refused) return undefined;
    const user = caller?.name ?? (keyId || 'anonymous');
    const why = refused
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
    denied: () => [...denials],
  };
}

/** The `Authorization` header, as far as the servers here read it, of a key id's owner. */
export function credentialOf(keyId: string): string {
  return `AWS4-HMAC-SHA256 Credential=${keyId}/20260101/local/local/aws4_request, SignedHeaders=host, Signature=local`;
}

function accessKeyIdOf(functionName: string): string {
  return `LOCAL${functionName.toUpperCase()}`;
}

function accessKeyId({ authorization = '' }: IncomingHttpHeaders): string {
  return /Credential=([^/]+)\//.exec(authorization)?.[1] ?? '';
}

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly RegExp[];
  readonly resources: readonly RegExp[];
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly key: string;
  readonly values: readonly RegExp[];
  /** Whether it holds for a request that has no such key: so do those over all values. */
  readonly holdsWithout: boolean;
}

type StatementsByAction = (action: string) => readonly Statement[];

/** Found once for each action: the functions ask for a few, some ten times for each job. */
function statementsByAction(statements: readonly Statement[]): StatementsByAction {
  const known = new Map<string, readonly Statement[]>();
  return (action) => {
    let about = known.get(action);
    if (!about) {
      about = statements.filter(({ actions }) => actions.some((pattern) => pattern.test(action)));
      known.set(action, about);
    }
    return about;
  };
}

function applies(
  { resources, conditions }: Statement,
  resource: string,
  context: Readonly<Record<string, string>>,
): boolean {
  return (
    resources.some((pattern) => pattern.test(resource)) &&
    conditions.every(({ key, values, holdsWithout }) => {
      const value = context[key];
      if (value === undefined) return holdsWithout;
      return values.some((pattern) => pattern.test(value));
    })
  );
}

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** Strict: a form of statement that is not evaluated here stops the start. */
const statement = z.strictObject({
  Sid: z.string().optional(),
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
  Condition: z
    .partialRecord(
      z.enum([
        'StringEquals',
        'StringLike',
        'ArnEquals',
        'ArnLike',
        'Bool',
        'ForAllValues:StringEquals',
      ]),
      z.record(z.string(), texts),
    )
    .optional(),
});

const policyDocument = z.looseObject({ Statement: z.array(statement) });
const policy = z.looseObject({ PolicyDocument: policyDocument });
const attachedPolicy = policy.extend({ Roles: z.array(z.string()).default([]) });
const role = z.looseObject({ Policies: z.array(policy).default([]) });
const withRole = z.looseObject({ Role: z.string() });

/** Statements by role ARN. */
function readPolicies(stack: Stack): ReadonlyMap<string, readonly Statement[]> {
  const attached = [
    ...stack.resources('AWS::IAM::Policy', attachedPolicy),
    ...stack.resources('AWS::IAM::ManagedPolicy', attachedPolicy),
  ];
  return new Map(
    stack.resources('AWS::IAM::Role', role).map(({ ref, attributes, properties }) => {
      const documents = [
        ...properties.Policies,
        ...attached.map((each) => each.properties).filter(({ Roles }) => Roles.includes(ref)),
      ];
      return [
        attributes.Arn ?? ref,
        documents.flatMap(({ PolicyDocument }) => PolicyDocument.Statement).map(compile),
      ];
    }),
  );
}

function compile({ Effect, Action, Resource, Condition = {} }: z.infer<typeof statement>) {
  return {
    effect: Effect,
    actions: Action.map((each) => wildcard(each, 'i')),
    resources: Resource.map((each) => wildcard(each)),
    conditions: Object.entries(Condition).flatMap(([operator, keys]) =>
      Object.entries(keys ?? {}).map(([key, values]) => ({
        key,
        values: values.map((value) =>
          operator.endsWith('StringEquals') ? exact(value) : wildcard(value),
        ),
        holdsWithout: operator.startsWith('ForAllValues:'),
      })),
    ),
  } satisfies Statement;
}

function wildcard(pattern: string, flags = ''): RegExp {
  const source = literal(pattern).replaceAll('\\*', '.*').replaceAll('\\?', '.');
  return new RegExp(`^${source}$`, flags);
}

function exact(text: string): RegExp {
  return new RegExp(`^${literal(text)}$`);
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
