import { z } from 'zod';
import type { LambdaFunction } from '../lambda/function.ts';
import { rootResourceId } from '../resources.ts';
import type { Stack } from '../stack.ts';
import { type BodyCheck, readBodyChecks } from './body-check.ts';

/** The part of a function that the gateway needs. */
export type Invocable = Pick<LambdaFunction, 'invoke'>;

export interface Route {
  readonly method: string;
  /** The path as the template has it: `/jobs/{id}`. */
  readonly resource: string;
  readonly keyRequired: boolean;
  /** True if an IAM principal must sign the request. */
  readonly signed: boolean;
  readonly bodyPasses: BodyCheck;
  readonly target: Invocable;
  readonly timeoutMs: number;
}

export interface RouteMatch {
  readonly route: Route;
  readonly pathParameters: Readonly<Record<string, string>> | null;
}

/** Finds the route of a request. Returns undefined if the API has no such path or method. */
export type Routes = (method: string, path: string) => RouteMatch | undefined;

const resource = z.looseObject({ ParentId: z.string(), PathPart: z.string() });

const method = z.looseObject({
  RestApiId: z.string(),
  ResourceId: z.string(),
  HttpMethod: z.string(),
  ApiKeyRequired: z.boolean().default(false),
  RequestValidatorId: z.string().optional(),
  RequestModels: z.record(z.string(), z.string()).default({}),
  AuthorizationType: z.enum(['NONE', 'AWS_IAM'], 'authorizers are not emulated'),
  Integration: z.looseObject({
    Type: z.literal('AWS_PROXY', 'integrations other than AWS_PROXY are not emulated'),
    Uri: z.string(),
    TimeoutInMillis: z.coerce.number().default(29_000),
  }),
});

export function readRoutes(
  stack: Stack,
  restApiId: string,
  functionsByArn: ReadonlyMap<string, Invocable>,
): Routes {
  const resources = new Map(
    stack
      .resources('AWS::ApiGateway::Resource', resource)
      .map(({ ref, properties }) => [ref, properties]),
  );
  const pathOf = (id: string): string => {
    const part = resources.get(id);
    return part ? `${pathOf(part.ParentId)}/${part.PathPart}` : '';
  };
  const bodyCheck = readBodyChecks(stack);
  const routes = stack
    .resources('AWS::ApiGateway::Method', method)
    .filter(({ properties }) => properties.RestApiId === restApiId)
    .map(({ properties }): Route => {
      const { HttpMethod, ResourceId, ApiKeyRequired, AuthorizationType, Integration } = properties;
      // The URI ends in /functions/<ARN of the function>/invocations.
      const arn = Integration.Uri.split('/').at(-2) ?? '';
      const target = functionsByArn.get(arn);
      if (!target)
        throw new Error(`the integration ${Integration.Uri} names no function of the template`);
      return {
        method: HttpMethod,
        resource: ResourceId === rootResourceId(restApiId) ? '/' : pathOf(ResourceId),
        keyRequired: ApiKeyRequired,
        signed: AuthorizationType === 'AWS_IAM',
        bodyPasses: bodyCheck(properties),
        target,
        timeoutMs: Integration.TimeoutInMillis,
      };
    });
  return compileRoutes(routes);
}

/**
 * Returns a lookup of routes. As in the gateway, literal path segments win over parameters, and
 * parameters over greedy ones.
 */
export function compileRoutes(routes: readonly Route[]): Routes {
  const compiled = routes
    .map((route) => ({ route, pattern: patternOf(route.resource) }))
    .toSorted((a, b) => rank(b.route.resource).localeCompare(rank(a.route.resource)));
  return (requestedMethod, path) => {
    const onPath = compiled.filter(({ pattern }) => pattern.test(path));
    const best = onPath.filter(({ route }) => route.resource === onPath[0]?.route.resource);
    const found =
      best.find(({ route }) => route.method === requestedMethod) ??
      best.find(({ route }) => route.method === 'ANY');
    if (!found) return undefined;
    const { groups } = found.pattern.exec(path) ?? {};
    return { route: found.route, pathParameters: groups ? { ...groups } : null };
  };
}

function patternOf(path: string): RegExp {
  const segments = path.split('/').map((segment) => {
    const [, name, greedy] = /^\{(\w+)(\+?)\}$/.exec(segment) ?? [];
    if (name) return greedy ? `(?<${name}>.+)` : `(?<${name}>[^/]+)`;
    return segment.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  });
  return new RegExp(`^${segments.join('/')}/?$`);
}

function rank(path: string): string {
  return path
    .split('/')
    .map((segment) => (segment.endsWith('+}') ? '0' : segment.startsWith('{') ? '1' : '2'))
    .join('');
}
