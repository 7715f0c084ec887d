import { sleep, systemClock } from '@fairlead/base'
import { chatChunk } from '../support/chat-chunk.ts'
import { json, startUpstream, type Upstream } from '../support/upstream.ts'

const wordMs = 200

/** What a stream of so many words says. */
export function wordsOf(count: number): string {
  return Array.from({ length: count }, (_, index) => `word ${index} `).join('')
}

/** So many words take about this long. */
export function wordsIn(streamMs: number): number {
  return Math.ceil(streamMs / wordMs)
}

/** Streams a word now and then; without `stream` it says how many messages it heard. */
export function startSlowProvider(words: number): Promise<Upstream> {
  return startUpstream(async (response, request) => {
    const { model, messages, stream } = request.body
    if (stream !== true) {
      const content = `${String(model)} heard ${(messages as readonly unknown[]).length}`
      const message = { role: 'assistant', content }
      const choices = [{ index: 0, message, finish_reason: 'stop' }]
      return json({ id: 'x', object: 'chat.completion', created: 1, model, choices })(
        response,
        request,
      )
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (let word = 0; word < words && !response.destroyed; word += 1) {
      response.write(chatChunk(`word ${word} `))
      await sleep(systemClock, wordMs)
    }
    response.end(`${chatChunk('', 'stop')}data: [DONE]\n\n`)
  })
}
