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

/** What `Ref` and `Fn::GetAtt` of a resource give. */
export interface Identity {
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface Evaluator {
  /** The value with every intrinsic replaced; parts that are `AWS::NoValue` are left out. */
  resolve(value: unknown): unknown;
  /** Whether the named condition holds; a resource without one always exists. */
  holds(condition: string | undefined): boolean;
}

/**
 * CloudFormation's intrinsics, as far as CDK writes them. What it does not know it refuses: a
 * property that is silently wrong costs more than a start that stops.
 */
export function createEvaluator(
  { Parameters, Mappings, Conditions }: Template,
  pseudoParameters: Readonly<Record<string, string>>,
  identityOf: (logicalId: string) => Identity | undefined,
): Evaluator {
  return { resolve, holds };

  function holds(condition: string | undefined): boolean {
    if (condition === undefined) return true;
    if (!(condition in Conditions)) throw new Error(`template has no condition ${condition}`);
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

  /** The functions that look at nothing but their arguments (and the template's mappings). */
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

/** `Condition` is also the name of a block of IAM statements, which holds no text. */
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
  if (!Array.isArray(value)) throw new Error(`expected a list in the template, got ${value}`);
  return value;
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Error(`expected a text in the template, got ${JSON.stringify(value)}`);
}
