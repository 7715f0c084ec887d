import { sleep, systemClock } from '@fairlead/base'
import { chatChunk } from '../support/chat-chunk.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'

const wordMs = 200

/** What a stream of so many words says. */
export function wordsOf(count: number): string {
  return [...Array.from({ length: count }, (_, index) => `word ${index} `), `of ${count}`].join('')
}

/**
 * Streams a word now and then for so long, and then how many they were; without `stream` it says how
 * many messages it heard.
 */
export function startSlowProvider(streamMs: number): Promise<Upstream> {
  return startUpstream(async (response, request) => {
    const { model, messages, stream } = request.body
    if (stream !== true) {
      const content = `${String(model)} heard ${(messages as readonly unknown[]).length}`
      const message = { role: 'assistant', content }
      const choices = [{ index: 0, message, finish_reason: 'stop' }]
      const answer = { id: 'x', object: 'chat.completion', created: 1, model, choices }
      return json(answer)(response, request)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const endMs = systemClock.monotonicMs() + streamMs
    let words = 0
    for (; systemClock.monotonicMs() < endMs && !response.destroyed; words += 1) {
      response.write(chatChunk(`word ${words} `))
      await sleep(systemClock, wordMs)
    }
    response.end(`${chatChunk(`of ${words}`)}${chatChunk('', 'stop')}data: [DONE]\n\n`)
  })
}
