import type { Scenario } from './fault-rule.ts';

/** Rules that are ready to be sent. */
export interface FaultPreset {
  readonly name: string;
  readonly description: string;
  readonly rules: Scenario;
}

/** Presets for the default chain, whose first model is Claude Sonnet 4.5. */
export const PRESETS: readonly FaultPreset[] = [
  {
    name: 'throttled-model',
    description: 'Claude Sonnet 4.5 is throttled in every region.',
    rules: [{ model: '*sonnet-4-5*', fault: 'throttle-minute' }],
  },
  {
    name: 'hanging-model',
    description: 'Claude Sonnet 4.5 gives no answer in any region.',
    rules: [{ model: '*sonnet-4-5*', fault: 'hang' }],
  },
  {
    name: 'lost-region',
    description: 'The network drops every connection to us-east-1.',
    rules: [{ region: 'us-east-1', fault: 'reset' }],
  },
  {
    name: 'brownout',
    description: '30 % of all calls fail.',
    rules: [{ fault: 'internal-error', probability: 0.3 }],
  },
  {
    name: 'broken-streams',
    description: '30 % of all answers break after their first token.',
    rules: [{ fault: 'stream-error', probability: 0.3 }],
  },
  {
    name: 'stalled-streams',
    description: '30 % of all answers stop after some tokens, without an error.',
    rules: [{ fault: 'stall', probability: 0.3 }],
  },
  {
    name: 'poison-prompts',
    description: 'Every model fails at each prompt with the word "poison".',
    rules: [{ prompt: '*poison*', fault: 'model-error' }],
  },
  {
    name: 'long-answers',
    description: 'Prompts with the word "essay" get answers of 4,000 tokens.',
    rules: [{ prompt: '*essay*', fault: 'long-answer', tokens: 4000 }],
  },
  {
    name: 'small-quota',
    description: 'Every target accepts 30 requests per minute.',
    rules: [{ fault: 'quota', requestsPerMinute: 30 }],
  },
  {
    name: 'total-outage',
    description: 'Every call to every model fails for one minute.',
    rules: [{ fault: 'unavailable', forSeconds: 60 }],
  },
];
