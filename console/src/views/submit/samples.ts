/** A sample for each kind of request. Each is a body that the API accepts. */
import type { Body } from './draft.ts';

export interface Sample {
  readonly name: string;
  readonly body: Body;
}

const QUESTION = 'Why do ships have anchors?';

/** A red image of 16 × 16 pixels. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAABAAAAAQCAIAAACQkWg2AAAAFklEQVR42mM4IadBEmIY1TCqYfhqAAArUg4Q8CzRtwAAAABJRU5ErkJggg==';

const WIND = {
  toolSpec: {
    name: 'wind',
    description: 'Tells the direction of the wind in a city.',
    inputSchema: {
      json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
};

const SCHEMA = {
  type: 'object',
  properties: { parts: { type: 'array', items: { type: 'string' } }, heavy: { type: 'boolean' } },
  required: ['parts', 'heavy'],
  additionalProperties: false,
};

export const SAMPLES: readonly Sample[] = [
  { name: 'Text', body: { prompt: QUESTION } },
  {
    name: 'System prompt',
    body: {
      system: 'Answer in one sentence, as a harbour master.',
      ...userSays({ text: QUESTION }),
    },
  },
  {
    name: 'Tool',
    body: {
      ...userSays({ text: 'Please use the tool wind. Which way does the wind blow in Brest?' }),
      toolConfig: { tools: [WIND], toolChoice: { auto: {} } },
    },
  },
  {
    name: 'Forced tool',
    body: {
      ...userSays({ text: 'Which way does the wind blow in Brest?' }),
      toolConfig: { tools: [WIND], toolChoice: { tool: { name: 'wind' } } },
    },
  },
  {
    name: 'JSON schema',
    body: {
      ...userSays({ text: 'List the parts of an anchor.' }),
      outputConfig: {
        textFormat: {
          type: 'json_schema',
          structure: { jsonSchema: { name: 'anchor', schema: JSON.stringify(SCHEMA) } },
        },
      },
    },
  },
  {
    name: 'Image',
    body: userSays(
      { text: 'Which colour does the flag have?' },
      { image: { format: 'png', source: { bytes: PNG } } },
    ),
  },
  {
    name: 'Document',
    body: userSays(
      { text: 'Sum up the report.' },
      { document: { name: 'report', format: 'txt', source: { text: 'The flag is red.' } } },
    ),
  },
  {
    name: 'Thinking',
    body: {
      ...userSays({ text: 'How long must the chain of an anchor be in 20 m of water?' }),
      inferenceConfig: { maxTokens: 4000 },
      additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2000 } },
    },
  },
  {
    name: 'Long answer',
    body: {
      ...userSays({ text: 'Write an essay on the history of the anchor, in twenty chapters.' }),
      inferenceConfig: { maxTokens: 4000 },
    },
  },
  { name: 'Wait for the first tier', body: { prompt: QUESTION, whenOpen: 'queue' } },
  { name: 'Fail instead of waiting', body: { prompt: QUESTION, whenOpen: 'fail' } },
];

function userSays(...content: readonly object[]): Body {
  return { messages: [{ role: 'user', content }] };
}
