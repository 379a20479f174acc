import type { Template } from 'aws-cdk-lib/assertions';

export interface Resource {
  readonly id: string;
  readonly properties: Readonly<Record<string, unknown>>;
}

export interface Statement {
  readonly effect: unknown;
  readonly actions: readonly unknown[];
  readonly resources: readonly unknown[];
  readonly condition?: unknown;
}

/** Returns the resources of a type. Their ids have no hash, and their references are readable. */
export function resourcesOf(template: Template, type: string): Resource[] {
  return Object.entries(template.findResources(type)).map(([id, { Properties }]) => ({
    id: nameOf(id),
    properties: legible(Properties ?? {}) as Record<string, unknown>,
  }));
}

/** Returns the properties of one resource; throws if there is none of this type and id. */
export function propertiesOf(template: Template, type: string, id: string): Resource['properties'] {
  const all = resourcesOf(template, type);
  const found = all.find((resource) => resource.id === id);
  if (!found) throw new Error(`${type}: got ${all.map((each) => each.id)}, expected ${id}`);
  return found.properties;
}

/** Returns the statements of the policies whose id starts with `idStart`, with sorted resources. */
export function statementsOf(template: Template, idStart = ''): Statement[] {
  return resourcesOf(template, 'AWS::IAM::Policy')
    .filter(({ id }) => id.startsWith(idStart))
    .flatMap(({ properties }) => {
      const { Statement } = properties.PolicyDocument as { Statement: Record<string, unknown>[] };
      return Statement.map((statement) => ({
        effect: statement.Effect,
        actions: [statement.Action].flat(),
        resources: [statement.Resource].flat().sort(),
        ...(statement.Condition !== undefined && { condition: statement.Condition }),
      }));
    });
}

/** Returns the values of the stack's outputs by name. */
export function outputsOf(template: Template): Record<string, unknown> {
  const outputs = Object.entries(template.findOutputs('*'));
  return Object.fromEntries(outputs.map(([name, { Value }]) => [name, legible(Value)]));
}

/** Returns a role's permissions as sorted lines of action and resource. */
export function permissionsOf(template: Template, idStart: string): string[] {
  return statementsOf(template, idStart)
    .flatMap(({ actions, resources }) =>
      actions.flatMap((action) => resources.map((resource) => `${action} ${resource}`)),
    )
    .sort();
}

/** Replaces CloudFormation's functions by `{Ref}`, `{Id.Attribute}` and joined text. */
function legible(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(legible);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined]] = entries;
  if (entries.length === 1 && name === 'Ref') return `{${nameOf(String(argument))}}`;
  if (entries.length === 1 && Array.isArray(argument)) {
    if (name === 'Fn::GetAtt') return `{${nameOf(String(argument[0]))}.${argument[1]}}`;
    if (name === 'Fn::Join') return argument[1].map(legible).join(argument[0]);
  }
  return Object.fromEntries(entries.map(([key, each]) => [key, legible(each)]));
}

/** Returns a logical id without its last eight hexadecimal digits, CDK's hash of the path. */
function nameOf(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '');
}
