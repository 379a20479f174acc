import { types } from 'node:util';

/**
 * Makes `instanceof Error` true for errors from Node itself, such as a reset socket. Jest runs
 * each test in a realm of its own, where this check fails, and the SDK then wraps such an error
 * without its code. Import this file for its side effect.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: typeof Error, value: unknown): boolean {
    return this === Error
      ? types.isNativeError(value)
      : Function.prototype[Symbol.hasInstance].call(this, value);
  },
});
