import { describe, expect, test } from '@jest/globals';
import { checkCapabilities } from '../../doctor/capabilities.ts';
import { sampleOf } from '../../doctor/capability-samples.ts';
import { NEEDS } from '../../lambda/contract/capabilities.ts';
import { needsOf } from '../../lambda/contract/needs.ts';
import { mediaFaults } from '../../lambda/request/check-media.ts';
import { useFakeModels } from './fake-models.ts';

const SONNET = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0' };
const LLAMA = { region: 'us-east-1', modelId: 'us.meta.llama3-3-70b-instruct-v1:0' };
const NONE = { guardrails: {} };
const GUARDRAIL = { name: 'strict', region: 'us-east-1', id: 'abc', version: '1' };

describe('the sample of a need', () => {
  test.each(NEEDS.filter((need) => need !== 'video'))('has the need, and is valid: %s', (need) => {
    const sample = sampleOf(need, GUARDRAIL);

    expect(sample && needsOf(sample).map((each) => each.need)).toContain(need);
    expect(sample && mediaFaults(sample)).toEqual([]);
  });

  test('is absent for a guardrail if the Region has none, and for a video', () => {
    expect(sampleOf('guardrail')).toBeUndefined();
    expect(sampleOf('video')).toBeUndefined();
  });
});

describe('the proof of capabilities', () => {
  const fake = useFakeModels();

  test('calls a target once for each need that it claims to meet', async () => {
    const findings = await checkCapabilities(fake.models, SONNET, NONE);

    const subject = 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
    expect(findings.map((each) => each.subject.replace(`${subject} `, ''))).toEqual([
      ...['image', 'document', 'tools', 'forcedTool', 'jsonSchema', 'finalAssistantTurn', 'system'],
    ]);
    expect(new Set(findings.map(({ level, found }) => `${level}: ${found}`))).toEqual(
      new Set(['good: proven by a call']),
    );
  });

  test('names the capability to deny if the model refuses it', async () => {
    const claims = { ...LLAMA, capabilities: { finalAssistantTurn: true } };

    const findings = await checkCapabilities(fake.models, claims, NONE);

    expect(findings.filter(({ level }) => level !== 'good')).toEqual([
      {
        check: 'capability',
        subject: 'us-east-1/us.meta.llama3-3-70b-instruct-v1:0 finalAssistantTurn',
        level: 'warning',
        found: expect.stringMatching(/^refused: /),
        fix: 'set capabilities.finalAssistantTurn of this target to false',
      },
    ]);
  });

  test('denies nothing if a call fails for another reason', async () => {
    fake.bedrock.setFault({ fault: 'throttle-minute' });

    const [finding] = await checkCapabilities(fake.models, LLAMA, NONE);

    expect(finding).toMatchObject({
      level: 'warning',
      found: expect.stringMatching(/^not proven, because the call failed with Throttling/),
      fix: 'run the doctor again',
    });
  });
});
