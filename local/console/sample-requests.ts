/**
 * Requests for the steady traffic. Every model can serve them, because they need nothing but text. They
 * differ in their beginnings, because the router chooses a target by the beginning of a prompt.
 */
const SAMPLES: readonly object[] = [
  { prompt: 'Why do ships have anchors?' },
  { prompt: 'List three ways to save energy at home.' },
  { system: 'You are a geologist.', prompt: 'How does a river change its course?' },
  { prompt: 'Summarise in one sentence: The harbour was closed for two days because of a storm.' },
  { prompt: 'Translate into French: Where is the lighthouse?' },
  {
    messages: [
      { role: 'user', content: 'Name a city by the sea.' },
      { role: 'assistant', content: 'Lisbon.' },
      { role: 'user', content: 'And one that is not by the sea?' },
    ],
  },
  { system: 'Answer in one word.', prompt: 'Which metal is liquid at room temperature?' },
  { prompt: 'Write a polite reply to a customer whose parcel is late.' },
  { prompt: 'What is the difference between a queue and a stack?' },
  { prompt: 'Explain tides to a child.', inferenceConfig: { maxTokens: 200 } },
  { system: 'You review code.', prompt: 'Is it safe to compare floating-point numbers with ===?' },
  { prompt: 'Classify the sentiment: The ferry was late again, but the crew was kind.' },
];

/** Returns the body of the job with this number. */
export function sampleRequest(number: number): object {
  return SAMPLES[number % SAMPLES.length] ?? {};
}
