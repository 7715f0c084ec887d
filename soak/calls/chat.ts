import { answerText as textOf } from '../../bench/calls/answer-text.ts'
import { answerText, type Question, questionText } from '../upstream/asked-answer.ts'
import type { CallSite } from './soak-call.ts'

/** How a chat call is made. */
interface ChatOptions {
  readonly model: string
  readonly isStream: boolean
  readonly context?: object
  readonly signal?: AbortSignal
}

/** The request of a chat completion. */
export function askChat(
  site: CallSite,
  question: Question,
  { model, isStream, context, signal }: ChatOptions,
): Promise<Response> {
  return post(
    site,
    '/v1/chat/completions',
    {
      model,
      messages: [{ role: 'user', content: questionText(question) }],
      ...(isStream ? { stream: true } : {}),
      ...(context === undefined ? {} : { context }),
    },
    signal,
  )
}

/** Asks, and rejects unless the answer is the one to this question. */
export async function expectAnswer(
  site: CallSite,
  question: Question,
  options: ChatOptions,
): Promise<void> {
  const response = await askChat(site, question, options)
  const body = await response.text()
  if (response.status !== 200) throw new Error(`${response.status} ${errorCode(body)}`)
  if (options.isStream && !body.endsWith('data: [DONE]\n\n')) {
    throw new Error(`200 without an end: ${errorCode(body.slice(-500))}`)
  }
  if (textOf(body, options.isStream) !== answerText(question)) {
    throw new Error('200 with another answer')
  }
}

/** POSTs JSON with the caller's key. */
export function post(
  { gateway, headers }: CallSite,
  path: string,
  body: object,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${gateway}${path}`, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...(signal === undefined ? {} : { signal }),
  })
}

/** The code of an error in a body; the end of the body when there is none. */
export function errorCode(body: string): string {
  return /"code": ?"([a-z_]+)"/.exec(body)?.[1] ?? body.slice(-80)
}
