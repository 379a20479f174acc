import { types } from 'node:util';

/**
 * jest runs a test in a realm of its own, in which an error made by Node itself (a reset socket) is
 * no `instanceof Error`, and the SDK then wraps it beyond recognition. Outside jest there is one
 * realm; this gives tests the same view. Imported for its effect.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: typeof Error, value: unknown): boolean {
    return this === Error
      ? types.isNativeError(value)
      : Function.prototype[Symbol.hasInstance].call(this, value);
  },
});
