import { z } from 'zod';
import { isObject, parseJson } from '../json.ts';
import type { Stack } from '../stack.ts';

/** Returns true if the gateway passes a body on to the function. */
export type BodyCheck = (contentType: string | undefined, body: Buffer) => boolean;

/** A method's validator, and its model for each content type. */
export interface BodyRule {
  readonly RequestValidatorId?: string;
  readonly RequestModels: Readonly<Record<string, string>>;
}

const requestValidator = z.looseObject({
  ValidateRequestBody: z.boolean().default(false),
  ValidateRequestParameters: z
    .literal(false, 'validation of parameters is not emulated')
    .default(false),
});

const model = z.looseObject({
  Schema: z.strictObject({
    $schema: z.string(),
    type: z.literal('object'),
    required: z.array(z.string()).default([]),
  }),
});

/** Reads the template's models. Only a body's type and its required fields are emulated. */
export function readBodyChecks(stack: Stack): (rule: BodyRule) => BodyCheck {
  const bodyValidators = new Set(
    stack
      .resources('AWS::ApiGateway::RequestValidator', requestValidator)
      .filter(({ properties }) => properties.ValidateRequestBody)
      .map(({ ref }) => ref),
  );
  const models = new Map(
    stack
      .resources('AWS::ApiGateway::Model', model)
      .map(({ ref, properties }) => [ref, properties.Schema]),
  );
  return ({ RequestValidatorId = '', RequestModels }) =>
    (contentType = 'application/json', body) => {
      const mediaType = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
      const schema = models.get(RequestModels[mediaType] ?? '');
      // As in AWS, a body without a model goes to the function unchecked.
      if (!bodyValidators.has(RequestValidatorId) || !schema) return true;
      const value = parseJson(body.toString());
      return isObject(value) && schema.required.every((field) => Object.hasOwn(value, field));
    };
}
