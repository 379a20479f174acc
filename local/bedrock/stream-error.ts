import type { ServiceErrorKind } from './service-error.ts';

/** The errors that ConverseStream may send inside a stream. */
export const STREAM_ERRORS = [
  'modelStreamErrorException',
  'internalServerException',
  'serviceUnavailableException',
  'throttlingException',
  'validationException',
] as const;
export type StreamError = (typeof STREAM_ERRORS)[number];

/** The HTTP errors that mean the same. */
export const SAME_SERVICE_ERRORS = {
  modelStreamErrorException: 'model-error',
  internalServerException: 'internal-error',
  serviceUnavailableException: 'unavailable',
  throttlingException: 'throttle-minute',
  validationException: 'validation',
} as const satisfies Record<StreamError, ServiceErrorKind>;
