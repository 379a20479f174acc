import { targetKey } from '../../contract/policy.ts';
import type { Trace } from '../telemetry.ts';
import type { ModelClient } from './model-client.ts';
import type { Router } from './router.ts';

/** Wraps a router so that each run is a span of the trace, annotated with the job's id. */
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

/** Wraps a model client so that each call is a span of the trace, annotated with its target and outcome. */
export function tracedModels(models: ModelClient, trace: Trace): ModelClient {
  return {
    converse: (request, limits, watch) => {
      const { jobId, target } = request;
      return trace.span('model call', { jobId, target: targetKey(target) }, async (annotate) => {
        const result = await models.converse(request, limits, watch);
        annotate({ outcome: result.outcome === 'failure' ? result.failure.kind : result.outcome });
        return result;
      });
    },
    countTokens: (...prompt) => models.countTokens(...prompt),
  };
}
