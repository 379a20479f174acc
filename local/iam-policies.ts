import { z } from 'zod';
import type { Stack } from './stack.ts';

export interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly actions: readonly RegExp[];
  readonly resources: readonly RegExp[];
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly key: string;
  readonly values: readonly RegExp[];
  /** True for `ForAllValues` operators: the condition also holds for a request without the key. */
  readonly holdsWithout: boolean;
}

export function applies(
  { actions, resources, conditions }: Statement,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>>,
): boolean {
  return (
    actions.some((pattern) => pattern.test(action)) &&
    resources.some((pattern) => pattern.test(resource)) &&
    conditions.every(({ key, values, holdsWithout }) => {
      const value = context[key];
      if (value === undefined) return holdsWithout;
      return values.some((pattern) => pattern.test(value));
    })
  );
}

const texts = z.union([z.string(), z.array(z.string())]).transform((value) => [value].flat());

/** Strict, so that a statement with a field or an operator that is not emulated stops the start. */
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

/** Returns the statements of each role, by the role's ARN. */
export function readPolicies(stack: Stack): ReadonlyMap<string, readonly Statement[]> {
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
