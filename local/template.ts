import { z } from 'zod';

const resource = z.looseObject({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Condition: z.string().optional(),
});

const template = z.looseObject({
  Resources: z.record(z.string(), resource),
  Parameters: z.record(z.string(), z.looseObject({ Default: z.unknown() })).default({}),
  Mappings: z
    .record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown())))
    .default({}),
  Conditions: z.record(z.string(), z.unknown()).default({}),
  Outputs: z.record(z.string(), z.looseObject({ Value: z.unknown() })).default({}),
});

export type Template = z.infer<typeof template>;

export function parseTemplate(json: string): Template {
  return template.parse(JSON.parse(json));
}

/** The values of `Ref` and `Fn::GetAtt` of a resource. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Evaluator {
  /** Returns the value with every intrinsic function resolved and without `AWS::NoValue` parts. */
  resolve(value: unknown): unknown;
  /** Returns true if the condition holds, or if none is named. */
  holds(condition: string | undefined): boolean;
}

/**
 * Resolves the intrinsic functions of CloudFormation that CDK generates. It refuses any other,
 * because a failed start is better than a property that is silently wrong.
 */
export function createEvaluator(
  { Parameters, Mappings, Conditions }: Template,
  pseudoParameters: Readonly<Record<string, string>>,
  identityOf: (logicalId: string) => Identity | undefined,
): Evaluator {
  return { resolve, holds };

  function holds(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    if (!(condition in Conditions))
      throw new Error(`template: condition ${condition} does not exist`);
    return resolve(Conditions[condition]) === true;
  }

  function resolve(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(resolve).filter((each) => each !== undefined);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [only] = entries;
    if (only && entries.length === 1 && isIntrinsic(...only)) return intrinsic(...only);
    return Object.fromEntries(
      entries.map(([key, each]) => [key, resolve(each)]).filter(([, each]) => each !== undefined),
    );
  }

  function intrinsic(name: string, argument: unknown): unknown {
    switch (name) {
      case 'Ref':
        return ref(text(argument));
      case 'Condition':
        return holds(text(argument));
      case 'Fn::GetAtt':
        return attribute(...attributePath(argument));
      case 'Fn::Sub':
        return substitute(argument);
      case 'Fn::If': {
        const [condition, whenTrue, whenFalse] = list(argument);
        return resolve(holds(text(condition)) ? whenTrue : whenFalse);
      }
      case 'Fn::Not':
        return list(argument).map(resolve)[0] !== true;
      case 'Fn::And':
        return list(argument).every((each) => resolve(each) === true);
      case 'Fn::Or':
        return list(argument).some((each) => resolve(each) === true);
      default:
        return pureFunction(name, list(argument).map(resolve));
    }
  }

  function ref(name: string): unknown {
    if (name === 'AWS::NoValue') return undefined;
    const parameter = pseudoParameters[name] ?? Parameters[name]?.Default;
    const value = parameter ?? identityOf(name)?.ref;
    if (value === undefined) throw new Error(`unresolved Ref ${name}`);
    return value;
  }

  function attribute(logicalId: string, name: string): string {
    const value = identityOf(logicalId)?.attributes[name];
    if (value === undefined) throw new Error(`unresolved Fn::GetAtt ${logicalId}.${name}`);
    return value;
  }

  function substitute(argument: unknown): string {
    const [format, variables] = Array.isArray(argument) ? argument : [argument, {}];
    return text(format).replace(/\$\{(!?)([^}]+)\}/g, (_, literal: string, name: string) => {
      if (literal) return `\${${name}}`;
      if (name in variables) return text(resolve(variables[name]));
      return text(name.includes('.') ? attribute(...attributePath(name)) : ref(name));
    });
  }

  /** Evaluates a function that depends only on its arguments and the template's mappings. */
  function pureFunction(name: string, args: unknown[]): unknown {
    switch (name) {
      case 'Fn::Equals':
        return args[0] === args[1];
      case 'Fn::Join':
        return list(args[1]).map(text).join(text(args[0]));
      case 'Fn::Split':
        return text(args[1]).split(text(args[0]));
      case 'Fn::Select':
        return list(args[1])[Number(args[0])];
      case 'Fn::FindInMap': {
        const [map, first, second] = args.map(text);
        const found = Mappings[map ?? '']?.[first ?? '']?.[second ?? ''];
        if (found === undefined) throw new Error(`unresolved Fn::FindInMap ${args.join('.')}`);
        return found;
      }
      default:
        throw new Error(`intrinsic function ${name} is not emulated`);
    }
  }
}

/** A `Condition` whose value is an object belongs to an IAM statement and is not intrinsic. */
function isIntrinsic(key: string, argument: unknown): boolean {
  const named = key === 'Ref' || key === 'Condition';
  return (named && typeof argument === 'string') || key.startsWith('Fn::');
}

function attributePath(argument: unknown): [logicalId: string, name: string] {
  if (Array.isArray(argument)) return [text(argument[0]), text(argument[1])];
  const [logicalId = '', ...name] = text(argument).split('.');
  return [logicalId, name.join('.')];
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value))
    throw new Error(`template: got ${JSON.stringify(value)}, expected a list`);
  return value;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`template: got ${JSON.stringify(value)}, expected a string`);
}
