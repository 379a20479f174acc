import type { InvokeResult } from '../../../local/lambda/function.ts';

/** Creates a function that returns the test's answer and records its events. */
export function aFakeFunction(answer: unknown | (() => InvokeResult | Promise<InvokeResult>)) {
  const events: Record<string, unknown>[] = [];
  return {
    events,
    invoke: async (event: string): Promise<InvokeResult> => {
      events.push(JSON.parse(event));
      if (typeof answer === 'function') return answer();
      return { outcome: 'returned', payload: JSON.stringify(answer) };
    },
  };
}
