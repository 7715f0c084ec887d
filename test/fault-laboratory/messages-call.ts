import Anthropic from '@anthropic-ai/sdk'
import type { CallerAnswer } from './caller-answer.ts'
import { callerKey } from './configuration.ts'
import { answerOf, type Seen, watched } from './seen-answer.ts'

/** A call of Messages with Anthropic's SDK, whose own retries are off. */
export async function messagesCall(
  url: string,
  stream: boolean,
  prompt: string,
  extra: object = {},
): Promise<CallerAnswer> {
  const seen: Seen = { received: Promise.resolve('') }
  const sdk = new Anthropic({
    baseURL: url,
    apiKey: callerKey,
    maxRetries: 0,
    fetch: watched(seen, (asked) => asked),
  })
  const request = {
    model: 'laboratory',
    max_tokens: 100,
    messages: [{ role: 'user' as const, content: prompt }],
    ...extra,
  }
  const read = { text: '', isFinished: false }
  let error: unknown
  try {
    if (stream) {
      for await (const event of await sdk.messages.create({ ...request, stream })) {
        // What comes after the end is no part of the message, as the SDK's own helpers see it.
        if (read.isFinished) continue
        if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') {
          read.text += event.delta.text
        }
        if (event.type === 'message_delta') read.isFinished = true
      }
    } else {
      const { content, stop_reason: reason } = await sdk.messages.create(request)
      read.text = content.map((block) => (block.type === 'text' ? block.text : '')).join('')
      read.isFinished = reason === 'end_turn'
    }
  } catch (caught) {
    error = caught
  }
  const code = error instanceof Anthropic.APIError ? error.errorCode : undefined
  const hasError = error instanceof Anthropic.APIError ? error.type !== null : undefined
  return answerOf(seen, { ...read, error, code, hasError, mark: 'event: message_stop' })
}
