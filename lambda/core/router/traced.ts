import { targetKey } from '../../contract/policy.ts';
import type { Trace } from '../telemetry.ts';
import type { ModelClient } from './model-client.ts';
import type { Router } from './router.ts';

/** Each run of a job as a part of the trace, to be found by the job's id. */
export function tracedRouter(router: Router, trace: Trace): Router {
  return {
    run: (request) =>
      trace.span('job run', { jobId: request.jobId }, async (annotate) => {
        const result = await router.run(request);
        annotate({ outcome: result.outcome, attempts: result.attempts.length });
        return result;
      }),
  };
}

/** Each call of a model as a part of the trace, with its target and how it ended. */
export function tracedModels(models: ModelClient, trace: Trace): ModelClient {
  return {
    converse: (request, timeoutMs, signal) => {
      const { jobId, target } = request;
      return trace.span('model call', { jobId, target: targetKey(target) }, async (annotate) => {
        const result = await models.converse(request, timeoutMs, signal);
        annotate({ outcome: result.outcome === 'failure' ? result.failure.kind : result.outcome });
        return result;
      });
    },
    countTokens: (...prompt) => models.countTokens(...prompt),
  };
}
