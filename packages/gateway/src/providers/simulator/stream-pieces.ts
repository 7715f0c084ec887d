import type { ChatFormat, ModelRequest, ModelResponse, StreamEvent } from '@fairlead/llm'
import { itemWords } from './simulated-answer.ts'

/** The pieces of the stream of an answer, one per word; an Error cuts it off. */
export function streamPieces(
  format: ChatFormat,
  request: ModelRequest,
  answer: ModelResponse,
  cutAfterWords: number | undefined,
): (Buffer | Error)[] {
  const encoder = format.createStreamEncoder({ includeUsage: request.includeUsage })
  const encode = (events: readonly StreamEvent[]) =>
    Buffer.from(events.map((event) => encoder.encode(event)).join(''))
  const { createdAt, finishReason, id, model, stopSequence, usage } = answer
  const words = wordEvents(answer)
  const sent = cutAfterWords === undefined ? words : words.slice(0, cutAfterWords)
  const pieces: (Buffer | Error)[] = sent.map((events, index) =>
    encode(index === 0 ? [{ type: 'response-start', id, model, createdAt }, ...events] : events),
  )
  if (cutAfterWords !== undefined) return [...pieces, new Error('the simulated connection was cut')]
  const closing: StreamEvent[] = [
    ...(words.length === 0 ? [{ type: 'response-start', id, model, createdAt } as const] : []),
    ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
    { type: 'finish', finishReason, ...(stopSequence === undefined ? {} : { stopSequence }) },
  ]
  const end = encode(closing)
  const last = pieces.pop()
  return [...pieces, last instanceof Buffer ? Buffer.concat([last, end]) : end]
}

/** The events of each word, and those of what has none. */
function wordEvents({ output }: ModelResponse): StreamEvent[][] {
  const all: StreamEvent[][] = []
  let calls = 0
  for (const item of output) {
    const words = itemWords(item)
    switch (item.type) {
      case 'message': {
        const [part] = item.content
        const logprobs = part?.type === 'output_text' ? part.logprobs : undefined
        for (const [index, text] of words.entries()) {
          const token = logprobs === undefined ? {} : { logprobs: [logprobs[index]] }
          all.push([{ type: 'text-delta', text, ...token }])
        }
        break
      }
      case 'reasoning': {
        for (const text of words) all.push([{ type: 'reasoning-delta', text }])
        const { maker, signature } = item
        const sealed = maker === undefined || signature === undefined ? {} : { maker, signature }
        all.at(-1)?.push({ type: 'reasoning-end', ...sealed })
        break
      }
      case 'function_call': {
        const index = calls
        const { call_id: id, custom, name } = item
        calls += 1
        const marked = custom === undefined ? {} : { custom }
        all.push([{ type: 'tool-call-start', index, id, name, ...marked }])
        for (const text of words) all.push([{ type: 'tool-call-delta', index, arguments: text }])
        break
      }
      case 'fairlead:native':
      case 'function_call_output':
        break
    }
  }
  return all
}
