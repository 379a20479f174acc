import type { Need } from '../lambda/contract/capabilities.ts';
import {
  type ContentBlock,
  type Conversation,
  type Tool,
  userMessage,
} from '../lambda/contract/conversation.ts';
import type { RegionalGuardrail } from '../lambda/contract/guardrails.ts';

/** A black image of 64 × 64 pixels. */
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAEAAAABAAQAAAACCEkxzAAAAD0lEQVR42mNgGAWjgHwAAAJAAAHgTR1EAAAAAElFTkSuQmCC';

/** The parts of a PDF file with one page that says Hello. */
const PDF_OBJECTS = [
  '<</Type/Catalog/Pages 2 0 R>>',
  '<</Type/Pages/Kids[3 0 R]/Count 1>>',
  '<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>',
  '<</Length 29>>stream\nBT/F 9 Tf 9 36 Td(Hello)Tj ET\nendstream',
  '<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>',
];

/** A second of silence: mono, 8,000 samples of 8 bits. */
const WAV_SAMPLES = 8_000;

/**
 * Returns the smallest request that has a need. There is none for a video, which cannot be made up
 * in a few bytes, nor for a guardrail if the settings have none in the Region.
 */
export function sampleOf(need: Need, guardrail?: RegionalGuardrail): Conversation | undefined {
  switch (need) {
    case 'image':
      return showing({ image: { format: 'png', source: { bytes: PNG } } });
    case 'document':
      return showing({ document: { format: 'pdf', name: 'Page', source: { bytes: pdf() } } });
    case 'audio':
      return showing({ audio: { format: 'wav', source: { bytes: wav() } } });
    case 'video':
      return undefined;
    case 'tools':
      return { messages: [userMessage('Hi')], toolConfig: { tools: [TOOL] } };
    case 'forcedTool':
      return {
        messages: [userMessage('Hi')],
        toolConfig: { tools: [TOOL], toolChoice: { any: {} } },
      };
    case 'jsonSchema':
      return { messages: [userMessage('Hi')], outputConfig: { textFormat: JSON_FORMAT } };
    case 'finalAssistantTurn':
      return {
        messages: [userMessage('Hi'), { role: 'assistant', content: [{ text: 'Good' }] }],
      };
    case 'system':
      return { messages: [userMessage('Hi')], system: [{ text: 'Be brief.' }] };
    case 'guardrail':
      return guardrail && { messages: [userMessage('Hi')], guardrailConfig: configOf(guardrail) };
    default:
      return need satisfies never;
  }
}

const SCHEMA = {
  type: 'object',
  properties: { greeting: { type: 'string' } },
  required: ['greeting'],
  additionalProperties: false,
};

const TOOL: Tool = {
  toolSpec: { name: 'greet', description: 'Greets.', inputSchema: { json: SCHEMA } },
};

const JSON_FORMAT = {
  type: 'json_schema',
  structure: { jsonSchema: { name: 'greeting', schema: JSON.stringify(SCHEMA) } },
} as const;

function configOf({ id, version }: RegionalGuardrail) {
  return { guardrailIdentifier: id, guardrailVersion: version };
}

function showing(block: ContentBlock): Conversation {
  return { messages: [{ role: 'user', content: [{ text: 'What is this?' }, block] }] };
}

function pdf(): string {
  let text = '%PDF-1.4\n';
  const offsets = PDF_OBJECTS.map((object, i) => {
    const offset = text.length;
    text += `${i + 1} 0 obj${object}\nendobj\n`;
    return `${String(offset).padStart(10, '0')} 00000 n \n`;
  });
  const count = offsets.length + 1;
  const table = `xref\n0 ${count}\n0000000000 65535 f \n${offsets.join('')}`;
  const trailer = `trailer<</Size ${count}/Root 1 0 R>>\nstartxref\n${text.length}\n%%EOF`;
  return Buffer.from(text + table + trailer, 'latin1').toString('base64');
}

function wav(): string {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + WAV_SAMPLES, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  // The format PCM, then one channel.
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(WAV_SAMPLES, 24);
  header.writeUInt32LE(WAV_SAMPLES, 28);
  header.writeUInt16LE(1, 32);
  header.writeUInt16LE(8, 34);
  header.write('data', 36);
  header.writeUInt32LE(WAV_SAMPLES, 40);
  return Buffer.concat([header, Buffer.alloc(WAV_SAMPLES, 128)]).toString('base64');
}
