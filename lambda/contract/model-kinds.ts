/**
 * The kinds of models that the table of models knows: models of a kind have the same capabilities.
 * A capability that a kind does not list is unknown, and counts as missing.
 *
 * Sources, read in November 2026: LiteLLM 1.110.2's list of models (MIT licence), and where AWS says
 * otherwise, the Amazon Bedrock user guide: "Supported models and model features" of Converse (system
 * prompts, tools, streams with tools), "Prompt caching", "Latency-optimized inference", "Service
 * tiers" and "Structured outputs". Each family names its other sources.
 */
import type { Capabilities, Need, Preference, Sampling } from './capabilities.ts';
import type { Streams } from './words.ts';

/** Models share the signatures of their reasoning and their own parameters within a family. */
export interface ModelKind {
  readonly family: string;
  readonly can: Omit<Capabilities, 'contextWindow' | 'maxOutputTokens'>;
}

interface Others {
  readonly lacks?: readonly (Need | Preference)[];
  readonly sampling?: Sampling;
  readonly streams?: Streams;
}

/** Nearly all models have a system prompt, stop sequences and guardrails; metadata is Bedrock's own. */
const USUAL = ['system', 'guardrail', 'stopSequences', 'requestMetadata'] as const;

function kind(
  family: string,
  can: readonly (Need | Preference)[],
  { lacks = [], sampling = 'both', streams = 'yes' }: Others = {},
): ModelKind {
  const has = (name: Need | Preference) =>
    !lacks.includes(name) && [...USUAL, ...can].includes(name);
  return {
    family,
    can: {
      image: has('image'),
      document: has('document'),
      video: has('video'),
      audio: has('audio'),
      tools: has('tools'),
      forcedTool: has('forcedTool'),
      jsonSchema: has('jsonSchema'),
      finalAssistantTurn: has('finalAssistantTurn'),
      system: has('system'),
      guardrail: has('guardrail'),
      stopSequences: has('stopSequences'),
      cachePoint: has('cachePoint'),
      effort: has('effort'),
      serviceTier: has('serviceTier'),
      latency: has('latency'),
      requestMetadata: has('requestMetadata'),
      sampling,
      streams,
    },
  };
}

const CLAUDE = ['document', 'tools', 'forcedTool'] as const;
const CLAUDE_3_5 = [...CLAUDE, 'image', 'finalAssistantTurn', 'cachePoint'] as const;
const CLAUDE_4_6 = [...CLAUDE, 'image', 'cachePoint', 'jsonSchema', 'effort'] as const;
const NOVA = ['tools', 'forcedTool', 'cachePoint'] as const;
const NOVA_1 = [...NOVA, 'image', 'document', 'video', 'finalAssistantTurn'] as const;
/** Their reasoning models refuse stop sequences, as OpenAI's and xAI's API references say. */
const REASONER = { sampling: 'none', lacks: ['stopSequences'] } as const;
const NOT_WITH_TOOLS = { streams: 'not-with-tools' } as const;

export const MODEL_KINDS: Readonly<Record<string, ModelKind>> = {
  // Anthropic's model pages: the final assistant turn (up to 4.5), sampling, effort (adaptive thinking).
  'claude-3': kind('claude', [...CLAUDE, 'image', 'finalAssistantTurn']),
  'claude-3.5': kind('claude', CLAUDE_3_5),
  'claude-3.5-haiku': kind('claude', [...CLAUDE, 'finalAssistantTurn', 'cachePoint', 'latency']),
  'claude-4.1': kind('claude', CLAUDE_3_5, { sampling: 'one' }),
  'claude-4.5': kind('claude', [...CLAUDE_3_5, 'jsonSchema'], { sampling: 'one' }),
  'claude-4.6': kind('claude', CLAUDE_4_6, { sampling: 'one' }),
  'claude-4.7': kind('claude', CLAUDE_4_6, { sampling: 'none' }),
  // Amazon Nova user guide: "Video understanding", and prefilled answers in "Structured output".
  'nova-micro': kind('nova', [...NOVA, 'finalAssistantTurn']),
  nova: kind('nova', NOVA_1),
  'nova-premier': kind('nova', [...NOVA_1, 'serviceTier']),
  'nova-pro': kind('nova', [...NOVA_1, 'serviceTier', 'latency']),
  'nova-2': kind('nova', [...NOVA, 'image', 'document', 'video', 'serviceTier']),
  'gpt-5': kind('gpt', ['image', 'tools', 'forcedTool'], REASONER),
  'gpt-6': kind('gpt', ['image', 'tools', 'forcedTool', 'cachePoint'], REASONER),
  'gpt-oss': kind('gpt-oss', ['tools', 'forcedTool', 'serviceTier']),
  'gpt-oss-safeguard': kind('gpt-oss', ['tools']),
  grok: kind('grok', ['image', 'tools', 'forcedTool'], REASONER),
  'deepseek-r1': kind('deepseek', []),
  'deepseek-v3': kind('deepseek', ['tools', 'forcedTool', 'jsonSchema', 'serviceTier']),
  gemma: kind('gemma', ['image', 'tools']),
  'kimi-k2': kind('kimi', ['tools', 'jsonSchema']),
  'kimi-k2.5': kind('kimi', ['image', 'tools', 'forcedTool']),
  'kimi-k3': kind('kimi', ['image', 'tools', 'forcedTool', 'cachePoint']),
  'llama-3': kind('llama', []),
  'llama-3.1': kind('llama', ['tools'], NOT_WITH_TOOLS),
  'llama-3.1-fast': kind('llama', ['tools', 'latency'], NOT_WITH_TOOLS),
  'llama-3.2-vision': kind('llama', ['tools', 'image'], NOT_WITH_TOOLS),
  'minimax-m2': kind('minimax', ['tools', 'jsonSchema']),
  'minimax-m2.1': kind('minimax', ['tools', 'forcedTool']),
  'mistral-instruct': kind('mistral', [], { lacks: ['system'] }),
  'mistral-large': kind('mistral', ['tools'], NOT_WITH_TOOLS),
  'mistral-large-2': kind('mistral', ['tools', 'forcedTool'], NOT_WITH_TOOLS),
  'mistral-3': kind('mistral', ['image', 'tools', 'jsonSchema']),
  devstral: kind('mistral', ['tools', 'forcedTool']),
  magistral: kind('mistral', ['image', 'tools']),
  pixtral: kind('mistral', ['image', 'tools'], NOT_WITH_TOOLS),
  voxtral: kind('mistral', ['audio', 'jsonSchema']),
  nemotron: kind('nemotron', ['tools']),
  'nemotron-vision': kind('nemotron', ['image', 'tools']),
  'nemotron-3-nano': kind('nemotron', ['tools', 'forcedTool', 'jsonSchema']),
  'nemotron-3-super': kind('nemotron', ['tools', 'forcedTool']),
  qwen3: kind('qwen', ['tools', 'forcedTool', 'jsonSchema', 'serviceTier']),
  'qwen3-coder-next': kind('qwen', ['tools', 'forcedTool']),
  'qwen3-next': kind('qwen', ['tools', 'jsonSchema']),
  'qwen3-vision': kind('qwen', ['image', 'tools', 'jsonSchema']),
  palmyra: kind('palmyra', ['document', 'tools']),
  'palmyra-vision': kind('palmyra', ['image']),
  'glm-4.7': kind('glm', ['tools', 'forcedTool']),
  'glm-5': kind('glm', ['tools', 'forcedTool', 'jsonSchema']),
  'glm-5.3': kind('glm', ['tools', 'forcedTool', 'jsonSchema', 'cachePoint']),
  'jamba-1.5': kind('jamba', ['document', 'tools']),
};
