import { types } from 'node:util';

/**
 * Import this file for its side effect. Jest runs each test in a realm of its own, where an error from
 * Node itself, such as a reset socket, fails `instanceof Error`. The SDK then wraps it so that its code
 * is lost. Outside Jest there is only one realm, and this file restores its behaviour.
 */
Object.defineProperty(Error, Symbol.hasInstance, {
  value(this: typeof Error, value: unknown): boolean {
    return this === Error
      ? types.isNativeError(value)
      : Function.prototype[Symbol.hasInstance].call(this, value);
  },
});
