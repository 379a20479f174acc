/** A line for a person. The tone chooses its colour; the text says everything without it. */
export interface Line {
  readonly tone: 'plain' | 'good' | 'warning' | 'bad';
  readonly text: string;
}

export function line(tone: Line['tone'], text: string): Line {
  return { tone, text };
}
