import { z } from 'zod';
import type { Authorize } from '../iam.ts';
import { type Handler, parseJson, readBody, sendJson } from '../loopback.ts';
import { ACCOUNT, REGION } from '../resources.ts';
import type { Stack } from '../stack.ts';

const AMZ_JSON = 'application/x-amz-json-1.1';
/** Bounds the memory of a request. A parameter has at most 8 KB, in the advanced tier. */
const MAX_REQUEST_BYTES = 64 * 1024;
/** The number of versions that SSM keeps. */
const KEPT_VERSIONS = 100;

interface Parameter {
  readonly value: string;
  readonly version: number;
  readonly modifiedAtSeconds: number;
}

/** Serves the operations of SSM that read parameters, and PutParameter, which edits the settings. */
export function serveParameters(stack: Stack, authorize: Authorize): Handler {
  /** The versions of each parameter, oldest first. */
  const histories = new Map<string, readonly Parameter[]>();
  const latest = (name: string) => histories.get(name)?.at(-1);
  const put = (name: string, value: string): Parameter => {
    const version = (latest(name)?.version ?? 0) + 1;
    const parameter = { value, version, modifiedAtSeconds: Date.now() / 1000 };
    histories.set(name, [...(histories.get(name) ?? []), parameter].slice(-KEPT_VERSIONS));
    return parameter;
  };
  for (const { ref, properties } of stack.resources('AWS::SSM::Parameter', ssmParameter)) {
    put(ref, properties.Value);
  }

  return async (request, response) => {
    const body = await readBody(request, MAX_REQUEST_BYTES);
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const fail = (type: string, message: string) =>
      sendJson(response, 400, { __type: type, message }, AMZ_JSON);
    const parsed = parameterRequest.safeParse(parseJson(String(body)));
    if (!parsed.success) return fail('ValidationException', z.prettifyError(parsed.error));

    const { Name, Names, Value, Overwrite } = parsed.data;
    for (const name of Names ?? [Name]) {
      const denial = authorize(request.headers, `ssm:${operation}`, arnOf(name));
      if (denial) return fail('AccessDeniedException', denial);
    }
    const present = latest(Name);
    switch (operation) {
      case 'GetParameter':
        if (!present) return fail('ParameterNotFound', `parameter ${Name} does not exist`);
        return sendJson(response, 200, { Parameter: describe(Name, present) }, AMZ_JSON);
      case 'GetParameters':
        return sendJson(response, 200, describeAll(Names ?? [], latest), AMZ_JSON);
      case 'GetParameterHistory': {
        if (!present) return fail('ParameterNotFound', `parameter ${Name} does not exist`);
        const versions = (histories.get(Name) ?? []).map((each) => describe(Name, each));
        return sendJson(response, 200, { Parameters: versions }, AMZ_JSON);
      }
      case 'PutParameter':
        if (present && !Overwrite) {
          return fail(
            'ParameterAlreadyExists',
            `parameter ${Name} exists; set Overwrite to replace its value`,
          );
        }
        return sendJson(response, 200, { Version: put(Name, Value).version }, AMZ_JSON);
      default:
        return fail('UnknownOperationException', `operation ${operation} is not emulated`);
    }
  };
}

const ssmParameter = z.looseObject({ Value: z.string() });

const parameterRequest = z.looseObject({
  Name: z.string().default(''),
  /** A field of GetParameters only. */
  Names: z.array(z.string()).min(1).max(10).optional(),
  Value: z.string().default(''),
  Overwrite: z.boolean().default(false),
});

/** Lists names without a parameter separately, as SSM does. */
function describeAll(names: readonly string[], latest: (name: string) => Parameter | undefined) {
  const found = names.flatMap((name) => {
    const parameter = latest(name);
    return parameter ? [describe(name, parameter)] : [];
  });
  return { Parameters: found, InvalidParameters: names.filter((name) => !latest(name)) };
}

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
