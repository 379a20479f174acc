import { text } from 'node:stream/consumers';
import type { ListedQuota } from '../../lambda/contract/quota-names.ts';
import { type AwsEndpoint, serveAwsEndpoint } from '../support/aws-service.ts';

/** A quota as the account lists it. @default of `code`: one that nobody looks for */
export type Quota = Omit<ListedQuota, 'code'> & Partial<ListedQuota>;

export interface AccountState {
  /** The values of SSM parameters, by name. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Quotas by service code. */
  readonly quotas: Readonly<Record<string, readonly Quota[]>>;
  /** The stack `Holdfast`, the only one. @default no stack */
  readonly stack?: { readonly status: string; readonly outputs: Readonly<Record<string, string>> };
  readonly deadLetters: number;
  /** The role with which API Gateway writes access logs. @default none */
  readonly gatewayLogRole?: string;
  /** The values of API keys by id. */
  readonly apiKeys: Readonly<Record<string, string>>;
  /** The secrets in Secrets Manager, by ARN. */
  readonly secrets: Readonly<Record<string, 'present' | 'deleted'>>;
  /** Faults by operation (`GetParameter`). `hang` never responds; `reset` drops the connection. */
  readonly faults: Readonly<Record<string, ServiceError | 'hang' | 'reset'>>;
}

export interface ServiceError {
  readonly status: number;
  readonly code: string;
}

export interface FakeAccount extends Pick<AwsEndpoint, 'config'> {
  /** The endpoint of every service except Bedrock. */
  readonly url: string;
  /** Sets the state. Fields that are left out are as in an account that was only bootstrapped. */
  set(state: Partial<AccountState>): void;
  stop(): Promise<void>;
}

export const BOOTSTRAP_PARAMETER = '/cdk-bootstrap/hnb659fds/version';

export const BOOTSTRAPPED: AccountState = {
  parameters: { [BOOTSTRAP_PARAMETER]: '30' },
  quotas: { lambda: [{ name: 'Concurrent executions', value: 1000 }], bedrock: [] },
  deadLetters: 0,
  gatewayLogRole: 'arn:aws:iam::123456789012:role/gateway-logs',
  apiKeys: {},
  secrets: {},
  faults: {},
};

/** Serves the calls of the doctor and of the console to all services except Bedrock. */
export async function startFakeAccount(): Promise<FakeAccount> {
  let state = BOOTSTRAPPED;
  const { config, close } = await serveAwsEndpoint(async (request, response) => {
    const call = readCall(request.headers['x-amz-target'], request.url, await text(request));
    const fault = state.faults[call.operation];
    if (fault === 'hang') return;
    if (fault === 'reset') {
      request.socket.destroy();
      return;
    }
    const { status = 200, body } = fault ? call.errorReply(fault) : answerTo(call, state);
    const isXml = typeof body === 'string';
    response.writeHead(status, {
      'content-type': isXml ? 'text/xml' : 'application/x-amz-json-1.1',
    });
    response.end(isXml ? body : JSON.stringify(body));
  });
  return {
    url: config.endpoint,
    config,
    set: (changes) => {
      state = { ...BOOTSTRAPPED, ...changes };
    },
    stop: close,
  };
}

interface Reply {
  /** @default 200 */
  readonly status?: number;
  /** A string is sent as XML, an object as JSON. */
  readonly body: string | object;
}

interface Call {
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Returns an error response in the protocol of the call. */
  errorReply(error: ServiceError): Reply;
}

/**
 * Reads the operation from a header (JSON protocols), from the body (query protocol) or from the path
 * (API Gateway, which has a REST protocol).
 */
function readCall(
  target: string | string[] | undefined,
  path: string | undefined,
  body: string,
): Call {
  const errorReply = ({ status, code }: ServiceError) => ({ status, body: { __type: code } });
  if (path === '/account') {
    return { operation: 'GetAccount', input: {}, errorReply };
  }
  const [, apiKey] = /^\/apikeys\/([^?]+)/.exec(path ?? '') ?? [];
  if (apiKey) return { operation: 'GetApiKey', input: { apiKey }, errorReply };
  if (target !== undefined) {
    return {
      operation: String(target).split('.')[1] ?? '',
      input: JSON.parse(body),
      errorReply: ({ status, code }) => ({ status, body: { __type: code, message: 'no' } }),
    };
  }
  const input = Object.fromEntries(new URLSearchParams(body));
  return {
    operation: input.Action ?? '',
    input,
    errorReply: ({ status, code }) => {
      const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error>`;
      return { status, body: `<ErrorResponse>${error}</ErrorResponse>` };
    },
  };
}

function answerTo({ operation, input, errorReply }: Call, state: AccountState): Reply {
  switch (operation) {
    case 'GetCallerIdentity':
      return result(operation, CALLER);
    case 'DescribeStacks':
      return state.stack && input.StackName === 'Holdfast'
        ? result(operation, stackXml(state.stack))
        : errorReply({ status: 400, code: 'ValidationError' });
    case 'GetParameter': {
      const Value = state.parameters[String(input.Name)];
      return Value === undefined
        ? errorReply({ status: 400, code: 'ParameterNotFound' })
        : { body: { Parameter: { Name: input.Name, Value } } };
    }
    case 'ListServiceQuotas':
      return { body: quotaPage(state.quotas[String(input.ServiceCode)] ?? [], input.NextToken) };
    case 'GetAccount':
      return { body: { cloudwatchRoleArn: state.gatewayLogRole } };
    case 'GetApiKey': {
      const id = String(input.apiKey);
      const value = state.apiKeys[id];
      if (!value) return errorReply({ status: 404, code: 'NotFoundException' });
      return { body: { id, value } };
    }
    case 'DescribeSecret': {
      const secret = state.secrets[String(input.SecretId)];
      if (!secret) return errorReply({ status: 400, code: 'ResourceNotFoundException' });
      return { body: { ...(secret === 'deleted' && { DeletedDate: 1_795_000_000 }) } };
    }
    case 'GetQueueAttributes':
      return { body: { Attributes: { ApproximateNumberOfMessages: `${state.deadLetters}` } } };
    default:
      return errorReply({ status: 400, code: 'InvalidAction' });
  }
}

const CALLER = '<Arn>arn:aws:iam::123456789012:user/operator</Arn><Account>123456789012</Account>';

/** Returns a page of two quotas, so that a long list needs several pages. */
function quotaPage(quotas: readonly Quota[], token: unknown) {
  const from = Number(token ?? 0);
  const next = from + 2;
  return {
    Quotas: quotas
      .slice(from, next)
      .map(({ code = 'L-0', name, value }) => ({ QuotaCode: code, QuotaName: name, Value: value })),
    ...(next < quotas.length && { NextToken: String(next) }),
  };
}

function stackXml({ status, outputs }: NonNullable<AccountState['stack']>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  const stack = [
    '<StackName>Holdfast</StackName><CreationTime>2026-11-24T00:00:00Z</CreationTime>',
    `<StackStatus>${status}</StackStatus><Outputs>${members.join('')}</Outputs>`,
  ];
  return `<Stacks><member>${stack.join('')}</member></Stacks>`;
}

function result(operation: string, content: string): Reply {
  const inner = `<${operation}Result>${content}</${operation}Result>`;
  return { body: `<${operation}Response>${inner}</${operation}Response>` };
}
