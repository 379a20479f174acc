/** What the service demands of a request besides its messages and tools, whatever the model. */
import type { Conversation } from '../../lambda/contract/conversation.ts';
import { firstOf, wrong } from './shape.ts';

const MOST_METADATA = 16;

/** Returns the message of the ValidationException that the service would send. */
export function refusalOfOptions(request: Conversation): string | undefined {
  const { inferenceConfig = {}, requestMetadata = {}, outputConfig } = request;
  const { maxTokens, temperature, topP, stopSequences = [] } = inferenceConfig;
  if (maxTokens !== undefined && !(Number.isInteger(maxTokens) && maxTokens >= 1)) {
    return wrong('inferenceConfig.maxTokens', 'have value greater than or equal to 1');
  }
  if (Object.keys(requestMetadata).length > MOST_METADATA) {
    return wrong('requestMetadata', `have length less than or equal to ${MOST_METADATA}`);
  }
  return (
    firstOf(Object.entries({ temperature, topP }), ([name, value]) =>
      value !== undefined && (value < 0 || value > 1)
        ? wrong(`inferenceConfig.${name}`, 'have value between 0 and 1')
        : undefined,
    ) ??
    firstOf(stopSequences.entries(), ([i, each]) =>
      each === ''
        ? wrong(`inferenceConfig.stopSequences.${i}`, 'have length greater than or equal to 1')
        : undefined,
    ) ??
    firstOf(request.additionalModelResponseFieldPaths ?? [], (path) =>
      path.startsWith('/')
        ? undefined
        : wrong('additionalModelResponseFieldPaths', 'be a JSON Pointer'),
    ) ??
    refusalOfSchema(outputConfig?.textFormat?.structure.jsonSchema.schema)
  );
}

function refusalOfSchema(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    return isClosed(JSON.parse(text))
      ? undefined
      : "The model returned the following errors: output_config.format.schema: For 'object' type, 'additionalProperties' must be explicitly set to false";
  } catch {
    return 'The model returned the following errors: output_config.format.schema: Invalid JSON';
  }
}

/** True if every object of the schema has only the properties that the schema names. */
function isClosed(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return true;
  const {
    type,
    additionalProperties,
    enum: _,
    const: __,
    ...rest
  } = node as Record<string, unknown>;
  if (type === 'object' && additionalProperties !== false) return false;
  return Object.values(rest).every(isClosed);
}
