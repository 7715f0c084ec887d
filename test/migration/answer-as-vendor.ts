import type { Answer } from '../support/upstream.ts'

/** A call that reached a provider. */
export interface ReachedProvider {
  /** The LLMProvider, by the first part of the path. */
  readonly provider: string
  readonly model: string
}

/** Answers as the vendor would whose API is called, and says who was called. */
export function answerAsVendor(reached: (call: ReachedProvider) => void): Answer {
  return (response, { body, path }) => {
    const [, provider = '', ...rest] = (path.split('?')[0] ?? '').split('/')
    const inPath = /(?:models?|deployments)\/([^/:]+(?::\d+)?)[/:]/.exec(
      decodeURIComponent(rest.join('/')),
    )?.[1]
    const model = inPath ?? (typeof body['model'] === 'string' ? body['model'] : '')
    reached({ provider, model })
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answerAt(rest.at(-1) ?? '', model)))
  }
}

function answerAt(end: string, model: string): object {
  const text = 'Hello'
  if (end === 'messages' || end === 'invoke') {
    return {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model,
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 1, output_tokens: 1 },
    }
  }
  if (end.endsWith(':generateContent')) {
    return {
      candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 },
    }
  }
  if (end === 'chat') {
    return {
      id: 'c-1',
      finish_reason: 'COMPLETE',
      message: { role: 'assistant', content: [{ type: 'text', text }] },
      usage: { tokens: { input_tokens: 1, output_tokens: 1 } },
    }
  }
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1_700_000_000,
    model,
    choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
  }
}
