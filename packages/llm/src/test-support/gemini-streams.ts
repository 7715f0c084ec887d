import type { AnswerSummary } from './answer-summary.ts'

export const noUsage = { cachedInputTokens: 0, cacheWriteInputTokens: 0, reasoningTokens: 0 }

/** Small streams of Gemini: the file in `fixtures/`, its dialect, and what it says. */
export const geminiStreams: [string, string, AnswerSummary][] = [
  [
    'gemini-text.sse',
    'gemini',
    {
      text: 'Grüße 🌍\n"quoted"',
      reasoning: 'Thinking 🧠',
      refusal: '',
      calls: [],
      finish: 'stop',
      usage: {
        ...noUsage,
        inputTokens: 20,
        cachedInputTokens: 4,
        outputTokens: 12,
        reasoningTokens: 7,
      },
    },
  ],
  [
    'gemini-tools.sse',
    'gemini',
    {
      text: 'Checking.',
      reasoning: '',
      refusal: '',
      calls: [
        { id: 'a1', name: 'get_weather', input: { city: 'Paris' } },
        { id: 'a2', name: 'get_time', input: {} },
      ],
      finish: 'tool_calls',
      usage: { ...noUsage, inputTokens: 20, outputTokens: 9 },
    },
  ],
  [
    'gemini-partial-arguments.sse',
    'gemini',
    {
      text: '',
      reasoning: '',
      refusal: '',
      calls: [
        {
          id: 'fcall_resp1_0',
          name: 'cook',
          input: {
            steps: [{ name: 'Grüße', minutes: 1.5 }, { name: 'b' }],
            hot: false,
            'a b': null,
          },
        },
        { id: 'fcall_resp1_1', name: 'stop', input: {} },
      ],
      finish: 'tool_calls',
      usage: { ...noUsage, inputTokens: 20, outputTokens: 3 },
    },
  ],
]
