import type { MethodDeploymentOptions } from 'aws-cdk-lib/aws-apigateway';

/** The method and the path of each of the operators' routes. */
export const ADMIN_ROUTES = [
  ['GET', '/admin/health'],
  ['GET', '/admin/jobs'],
  ['GET', '/admin/jobs/{id}'],
  ['DELETE', '/admin/jobs/{id}'],
  ['PUT', '/admin/overrides/{scope}/{key+}'],
  ['DELETE', '/admin/overrides/{scope}/{key+}'],
  ['DELETE', '/admin/disabled/{key+}'],
  ['POST', '/admin/redrive'],
] as const;

/**
 * Limits each of the operators' routes, in requests per second for all operators together. The limit
 * suits a person or a script and is far below the capacity of the circuits table. These calls carry
 * no API key, so no usage plan limits them.
 */
export const ADMIN_LIMITS: Readonly<Record<string, MethodDeploymentOptions>> = Object.fromEntries(
  ADMIN_ROUTES.map(([method, path]) => [
    `${path}/${method}`,
    { throttlingRateLimit: 10, throttlingBurstLimit: 20 },
  ]),
);
