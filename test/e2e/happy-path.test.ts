import { beforeAll, expect, test } from '@jest/globals';
import { answerText } from '../../local/bedrock/answer.ts';
import { type Assembly, synthesizeForTest } from './assembly.ts';
import { PRIMARY, withHoldfast } from './holdfast.ts';
import { sideBySide } from './side-by-side.ts';

let assembly: Assembly;
beforeAll(async () => {
  assembly = await synthesizeForTest();
}, 60_000);

test('50 jobs all succeed with one model call each, and their results lie in S3', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const prompts = Array.from({ length: 50 }, (_, i) => `What is ${i} plus one?`);

    const jobIds = await sideBySide(prompts, holdfast.submit);
    const jobs = await holdfast.ended(jobIds);

    for (const [i, job] of jobs.entries()) {
      const text = answerText(PRIMARY.model, prompts[i] ?? '');
      expect(job).toMatchObject({
        status: 'SUCCEEDED',
        servedBy: PRIMARY.key,
        tier: 'primary',
        degraded: false,
        result: { text, stopReason: 'end_turn' },
      });
      const stored = await fetch(job.resultUrl ?? '');
      expect(stored.headers.get('content-disposition')).toMatch(/^attachment/);
      expect(await stored.text()).toContain(JSON.stringify(text));
    }
    const calls = holdfast.bedrock.calls();
    expect(calls.map(({ jobId }) => jobId).sort()).toEqual([...jobIds].sort());
    expect(await holdfast.deadLetters()).toEqual([]);
  });
}, 60_000);

test('neither prompt nor answer is in any line that the functions write', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const jobId = await holdfast.submit('a canary prompt');
    holdfast.bedrock.setFault({ fault: 'validation' });
    const refused = await holdfast.submit('a second canary prompt');
    await holdfast.ended([jobId, refused]);

    expect(holdfast.logs.join('\n')).not.toContain('canary');
  });
}, 60_000);
