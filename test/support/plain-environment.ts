import vm from 'node:vm';
import { TestEnvironment } from 'jest-environment-node';

/**
 * Jest's environment of Node with an ordinary global object. Jest's own is a proxy behind V8's
 * interceptors, which every `Math` and `Object` of a module under test goes through: a quarter to a
 * third of a suite's CPU. The constructor makes the context itself, so it has to be told there.
 */
export default class PlainEnvironment extends TestEnvironment {
  constructor(...args: ConstructorParameters<typeof TestEnvironment>) {
    const { createContext } = vm;
    vm.createContext = () => createContext(vm.constants.DONT_CONTEXTIFY);
    try {
      super(...args);
    } finally {
      vm.createContext = createContext;
    }
  }
}
