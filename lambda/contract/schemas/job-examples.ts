/** Examples of a job's body with blocks other than text. A test checks that they are valid. */

const question = { text: 'Which way does the wind blow in Brest?' };

/** An image of 1 × 1 pixels. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const wind = {
  toolSpec: {
    name: 'wind',
    description: 'Tells the direction of the wind.',
    inputSchema: {
      json: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
};

export const EXAMPLES_OF_BLOCKS: readonly object[] = [
  {
    messages: [
      { role: 'user', content: [question] },
      {
        role: 'assistant',
        content: [{ toolUse: { toolUseId: 'call-1', name: 'wind', input: { city: 'Brest' } } }],
      },
      {
        role: 'user',
        content: [{ toolResult: { toolUseId: 'call-1', content: [{ json: { from: 'W' } }] } }],
      },
    ],
    toolConfig: { tools: [wind], toolChoice: { auto: {} } },
  },
  {
    messages: [
      {
        role: 'user',
        content: [
          { text: 'Does the flag match the report?' },
          { image: { format: 'png', source: { bytes: PNG } } },
          { document: { name: 'report', format: 'txt', source: { text: 'The flag is red.' } } },
          { cachePoint: { type: 'default' } },
        ],
      },
    ],
    outputConfig: {
      textFormat: {
        type: 'json_schema',
        structure: {
          jsonSchema: {
            schema:
              '{"type":"object","properties":{"matches":{"type":"boolean"}},"required":["matches"],"additionalProperties":false}',
          },
        },
      },
    },
  },
];
