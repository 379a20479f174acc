import { noisePng } from '../support/png.ts';

/** A kind of request whose jobs are measured. */
export interface RequestKind {
  readonly name: string;
  /** The share of the jobs that are enough to measure this kind. */
  readonly share: number;
  /** Returns the body of the n-th job. */
  body(n: number): string;
}

/** The turns of a conversation: the user's and the model's alternate, and the user has the last. */
const TURNS = 10;
/** A photo as a phone's browser sends it after it has been scaled down: 360 KB. */
const IMAGE = noisePng(400, 300).toString('base64');

export const TEXT: RequestKind = {
  name: 'one short text',
  share: 1,
  body: (n) => JSON.stringify({ prompt: `Prompt number ${n}: why do ships have anchors?` }),
};

export const IMAGE_AND_TURNS: RequestKind = {
  name: `one image of ${Math.round((IMAGE.length * 3) / 4 / 1024)} KB and ${TURNS} turns`,
  share: 0.1,
  body: (n) => JSON.stringify({ messages: messagesOf(n) }),
};

function messagesOf(n: number): readonly object[] {
  const image = { image: { format: 'png', source: { bytes: IMAGE } } };
  const turns = Array.from({ length: TURNS }, (_, turn) => [
    {
      role: 'user',
      content: [...(turn === 0 ? [image] : []), { text: `Question ${turn} of job ${n}: why?` }],
    },
    { role: 'assistant', content: [{ text: 'Because an anchor holds a ship. '.repeat(10) }] },
  ]);
  return turns.flat().slice(0, -1);
}
