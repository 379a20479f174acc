import { expect, test } from '@jest/globals';
import { answerText } from '../../local/bedrock/answer-text.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { synthesizeBeforeAll } from './assembly.ts';
import { PRIMARY } from './chain.ts';
import { withHoldfast } from './holdfast.ts';

const assembly = synthesizeBeforeAll();

test('50 jobs succeed on the primary with one model call each, and their results are in S3', async () => {
  await withHoldfast(assembly, async (holdfast) => {
    const prompts = Array.from({ length: 50 }, (_, i) => `What is ${i} plus one?`);

    const jobIds = await sideBySide(prompts, (prompt) => holdfast.submit(prompt));
    const jobs = await holdfast.ended(jobIds);

    for (const [i, job] of jobs.entries()) {
      const text = answerText(PRIMARY.at.model, prompts[i] ?? '');
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
