/** Answers in OpenAI's shape, of a given size. */
export function chatAnswer(bytes: number): string {
  const answer = (content: string) =>
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion',
      created: 1764000000,
      model: 'gpt-4o-mini-2024-07-18',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content, refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 200, total_tokens: 210 },
    })
  return answer('a'.repeat(Math.max(0, bytes - answer('').length)))
}

/** A stream of so many content chunks, with usage, as the vendor sends it. */
export function chatStream(chunks: number): string {
  const chunk = (delta: object, finish_reason: string | null, usage?: object) =>
    JSON.stringify({
      id: 'chatcmpl-bench',
      object: 'chat.completion.chunk',
      created: 1764000000,
      model: 'gpt-4o-mini-2024-07-18',
      service_tier: 'default',
      system_fingerprint: 'fp_bench',
      choices: usage === undefined ? [{ index: 0, delta, logprobs: null, finish_reason }] : [],
      usage: usage ?? null,
    })
  const payloads = [
    chunk({ role: 'assistant', content: '' }, null),
    ...Array.from({ length: chunks }, (_, index) => chunk({ content: ` word${index}` }, null)),
    chunk({}, 'stop'),
    chunk({}, null, { prompt_tokens: 10, completion_tokens: chunks, total_tokens: 10 + chunks }),
    '[DONE]',
  ]
  return payloads.map((payload) => `data: ${payload}\n\n`).join('')
}

/** A request in OpenAI's shape, of a given size. */
export function chatRequest(model: string, bytes: number, stream: boolean): string {
  const request = (content: string) =>
    JSON.stringify({
      model,
      messages: [
        { role: 'system', content: 'You are a helpful assistant.' },
        { role: 'user', content },
      ],
      temperature: 0.7,
      ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
    })
  return request('b'.repeat(Math.max(0, bytes - request('').length)))
}
