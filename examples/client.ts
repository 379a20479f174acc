/**
 * Asks a question, and follows a tool loop, with the typed client. Against `npm start`:
 *
 *     HOLDFAST_URL=http://127.0.0.1:8787/v1 HOLDFAST_API_KEY=local node examples/client.ts
 *
 * In a project of your own, the import is `holdfast/client`.
 */
import { type Client, createClient, type JobRequest } from '../client/client.ts';

type Messages = NonNullable<JobRequest['messages']>;

/** Returns the answer to a question. */
export async function ask(client: Client, prompt: string): Promise<string> {
  const { jobId } = await client.submit({ prompt });
  const job = await client.wait(jobId, {
    onChange: ({ status, nextAttemptAt }) => console.error(status, nextAttemptAt ?? ''),
  });
  if (job.error) throw new Error(job.error.title);
  return job.result?.text ?? '';
}

/** Lets the model call the tool until it answers: each turn is a job with the whole history. */
export async function askWithTool(
  client: Client,
  question: string,
  tool: { readonly name: string; run(input: unknown): unknown },
): Promise<string> {
  const toolConfig: JobRequest['toolConfig'] = {
    tools: [{ toolSpec: { name: tool.name, inputSchema: { json: { type: 'object' } } } }],
  };
  let messages: Messages = [{ role: 'user', content: question }];
  for (;;) {
    const { jobId } = await client.submit({ messages, toolConfig });
    const { result, error } = await client.wait(jobId);
    if (!result) throw new Error(error?.title ?? 'the answer is too long for one response');
    if (result.stopReason !== 'tool_use') return result.text;
    const { message } = result.output;
    const results = message.content.flatMap((block) => {
      if (!('toolUse' in block) || !block.toolUse) return [];
      const { toolUseId, input } = block.toolUse;
      return [{ toolResult: { toolUseId, content: [{ json: tool.run(input) }] } }];
    });
    messages = [...messages, message, { role: 'user', content: results }] as Messages;
  }
}

if (import.meta.main) {
  const { HOLDFAST_URL: url = 'http://127.0.0.1:8787/v1', HOLDFAST_API_KEY: apiKey = 'local' } =
    process.env;
  const client = createClient({ url, apiKey });
  console.log(await ask(client, 'Why do ships have anchors?'));
  const weather = { name: 'weather', run: () => ({ celsius: 7 }) };
  console.log(await askWithTool(client, 'To see if I need a coat, use the tool weather.', weather));
}
