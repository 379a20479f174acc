import { z } from 'zod';
import { type Handler, readBody, sendJson } from '../../console/server/loopback.ts';
import type { Authorize } from '../iam.ts';
import { parseJson } from '../json.ts';
import { ACCOUNT, REGION } from '../resources.ts';
import type { Stack } from '../stack.ts';
import { type RequestedTier, type Tier, tierOf } from './parameter-tier.ts';

const AMZ_JSON = 'application/x-amz-json-1.1';
/** Bounds the memory of a request. A parameter has at most 8 KB, in the advanced tier. */
const MAX_REQUEST_BYTES = 64 * 1024;
/** The number of versions that SSM keeps. */
const KEPT_VERSIONS = 100;

interface Parameter {
  readonly value: string;
  readonly tier: Tier;
  readonly version: number;
  readonly modifiedAtSeconds: number;
}

/** Serves the operations of SSM that read parameters, and PutParameter, which edits the settings. */
export function serveParameters(stack: Stack, authorize: Authorize): Handler {
  /** The versions of each parameter, oldest first. */
  const histories = new Map<string, readonly Parameter[]>();
  const latest = (name: string) => histories.get(name)?.at(-1);
  const put = (name: string, value: string, requested: RequestedTier | undefined) => {
    const present = latest(name);
    const chosen = tierOf(value, present?.tier, requested);
    if ('refusal' in chosen) return chosen;
    const version = (present?.version ?? 0) + 1;
    const parameter = { value, version, ...chosen, modifiedAtSeconds: Date.now() / 1000 };
    histories.set(name, [...(histories.get(name) ?? []), parameter].slice(-KEPT_VERSIONS));
    return parameter;
  };
  for (const { ref, properties } of stack.resources('AWS::SSM::Parameter', ssmParameter)) {
    const parameter = put(ref, properties.Value, properties.Tier);
    if ('refusal' in parameter) throw new Error(`parameter ${ref}: ${parameter.refusal}`);
  }

  return async (request, response) => {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const fail = (type: string, message: string) =>
      sendJson(response, 400, { __type: type, message }, AMZ_JSON);
    const parsed = parameterRequest.safeParse(parseJson(String(body)));
    if (!parsed.success) return fail('ValidationException', z.prettifyError(parsed.error));

    const { Name, Value, Tier, Overwrite } = parsed.data;
    const denial = authorize(request.headers, `ssm:${operation}`, arnOf(Name));
    if (denial) return fail('AccessDeniedException', denial);
    const present = latest(Name);
    switch (operation) {
      case 'GetParameter':
        if (!present) return fail('ParameterNotFound', `parameter ${Name} does not exist`);
        return sendJson(response, 200, { Parameter: describe(Name, present) }, AMZ_JSON);
      case 'GetParameterHistory': {
        if (!present) return fail('ParameterNotFound', `parameter ${Name} does not exist`);
        const versions = (histories.get(Name) ?? []).map((each) => describe(Name, each));
        return sendJson(response, 200, { Parameters: versions }, AMZ_JSON);
      }
      case 'PutParameter': {
        if (present && !Overwrite) {
          return fail(
            'ParameterAlreadyExists',
            `parameter ${Name} exists; set Overwrite to replace its value`,
          );
        }
        const changed = put(Name, Value, Tier);
        if ('refusal' in changed) return fail('ValidationException', changed.refusal);
        return sendJson(response, 200, { Version: changed.version, Tier: changed.tier }, AMZ_JSON);
      }
      default:
        return fail('UnknownOperationException', `operation ${operation} is not emulated`);
    }
  };
}

const tier = z.enum(['Standard', 'Advanced', 'Intelligent-Tiering']).optional();

const ssmParameter = z.looseObject({ Value: z.string(), Tier: tier });

const parameterRequest = z.looseObject({
  Name: z.string().default(''),
  Value: z.string().default(''),
  Tier: tier,
  Overwrite: z.boolean().default(false),
});

function describe(Name: string, { value, version, modifiedAtSeconds }: Parameter) {
  return {
    Name,
    ARN: arnOf(Name),
    Type: 'String',
    DataType: 'text',
    Value: value,
    Version: version,
    LastModifiedDate: modifiedAtSeconds,
  };
}

function arnOf(name: string): string {
  return `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter/${name.replace(/^\//, '')}`;
}
