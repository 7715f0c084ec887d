import OpenAI, { APIError } from 'openai'
import type { CallerAnswer } from './caller-answer.ts'
import { callerKey } from './configuration.ts'
import { answerOf, type Seen, watched } from './seen-answer.ts'

/** Further fields of the body, and another path than that of chat completions. */
type ChatExtra = { readonly path?: string } & Readonly<Record<string, unknown>>

/** A call of chat completions. */
export function chatCall(
  url: string,
  stream: boolean,
  prompt: string,
  { path = '/v1/chat/completions', ...extra }: ChatExtra = {},
): Promise<CallerAnswer> {
  return callSdk(url, path, async (sdk, read) => {
    const request = {
      model: 'laboratory',
      messages: [{ role: 'user' as const, content: prompt }],
      ...extra,
    }
    if (stream) {
      for await (const chunk of await sdk.chat.completions.create({ ...request, stream })) {
        const [choice] = chunk.choices
        read.text += choice?.delta.content ?? ''
        if (choice?.finish_reason) read.isFinished = true
      }
    } else {
      const [choice] = (await sdk.chat.completions.create(request)).choices
      read.text = choice?.message.content ?? ''
      read.isFinished = choice?.finish_reason === 'stop'
    }
  })
}

/** A call that puts a question in the place of the one that a conversation begins with. */
export async function editCall(
  url: string,
  stream: boolean,
  prompt: string,
): Promise<CallerAnswer> {
  const sdk = new OpenAI({ baseURL: `${url}/v1`, apiKey: callerKey })
  const items = [{ type: 'message' as const, role: 'user' as const, content: 'a question' }]
  const { id } = await sdk.conversations.create({ items })
  return chatCall(url, stream, prompt, { path: `/v1/conversations/${id}/turns/last/edit` })
}

/** A call of legacy completions. */
export function completionsCall(
  url: string,
  stream: boolean,
  prompt: string,
): Promise<CallerAnswer> {
  return callSdk(url, '/v1/completions', async (sdk, read) => {
    const request = { model: 'laboratory', prompt }
    if (stream) {
      for await (const chunk of await sdk.completions.create({ ...request, stream })) {
        const [choice] = chunk.choices
        read.text += choice?.text ?? ''
        if (choice?.finish_reason) read.isFinished = true
      }
    } else {
      const [choice] = (await sdk.completions.create(request)).choices
      read.text = choice?.text ?? ''
      read.isFinished = choice?.finish_reason === 'stop'
    }
  })
}

/** A call of Responses. */
export function responsesCall(
  url: string,
  stream: boolean,
  prompt: string,
  extra: object = {},
): Promise<CallerAnswer> {
  return callSdk(url, '/v1/responses', async (sdk, read) => {
    const request = { model: 'laboratory', input: prompt, ...extra }
    if (stream) {
      for await (const event of await sdk.responses.create({ ...request, stream })) {
        // Whatever comes after its end is no part of the answer.
        if (read.isFinished) continue
        if (event.type === 'response.output_text.delta') read.text += event.delta
        read.isFinished = event.type === 'response.completed'
      }
    } else {
      const response = await sdk.responses.create(request)
      const parts = response.output.flatMap((item) => (item.type === 'message' ? item.content : []))
      read.text = parts.map((part) => (part.type === 'output_text' ? part.text : '')).join('')
      read.isFinished = response.status === 'completed'
    }
  })
}

/** Asks, and notes what it reads. */
type Ask = (sdk: OpenAI, read: { text: string; isFinished: boolean }) => Promise<void>

/** A call with the official SDK, whose own retries are off. */
async function callSdk(url: string, path: string, ask: Ask): Promise<CallerAnswer> {
  const seen: Seen = { received: Promise.resolve('') }
  const sdk = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: callerKey,
    maxRetries: 0,
    fetch: watched(seen, () => `${url}${path}`),
  })
  const read = { text: '', isFinished: false }
  let error: unknown
  try {
    await ask(sdk, read)
  } catch (caught) {
    error = caught
  }
  const code = error instanceof APIError ? (error.code ?? null) : undefined
  const hasError = error instanceof APIError ? error.error !== undefined : undefined
  return answerOf(seen, { ...read, error, code, hasError, mark: 'data: [DONE]' })
}
