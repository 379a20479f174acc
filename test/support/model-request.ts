import type { ModelRequest } from '../../lambda/core/router/model-client.ts';

export function aModelRequest(request: Partial<ModelRequest> = {}): ModelRequest {
  return {
    target: { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-6' },
    messages: [{ role: 'user', text: 'hello' }],
    inferenceConfig: { maxTokens: 64 },
    jobId: 'job-1',
    ...request,
  };
}
