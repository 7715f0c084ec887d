import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { APIError } from 'openai'
import type { CallerAnswer } from './caller-answer.ts'
import { callerKey } from './configuration.ts'
import { ollamaCall } from './ollama-call.ts'
import type { ProviderFormat } from './formats/provider-format.ts'

/** One way in which applications call models through the gateway. */
export interface CallerKind {
  readonly name: string
  /** The surface of the gateway that it uses. */
  readonly surface: string
  /** The format that it reads. */
  readonly speaks: ProviderFormat['type'] | 'Ollama'
  /** Whose answers reach it as they are, unread by the gateway. */
  readonly passes?: ProviderFormat['type']
  /** Whether its API has errors without codes. */
  readonly lacksCodes?: true
  call(gatewayURL: string, stream: boolean): Promise<CallerAnswer>
}

/** What is asked in every call; it may appear in no log. */
export const prompt = 'the prompt of the laboratory'

/** All ways; a test sees to it that every surface that calls models has one. */
export const callers: readonly CallerKind[] = [
  {
    name: 'chat completions',
    surface: 'chat-completions',
    speaks: 'OpenAI',
    passes: 'OpenAI',
    call: (url, stream) => chat(url, stream, {}),
  },
  {
    name: 'chat completions in a conversation',
    surface: 'chat-completions',
    speaks: 'OpenAI',
    call: (url, stream) => chat(url, stream, { context: { conversation: 'new' } }),
  },
  {
    name: 'a prompt',
    surface: 'prompts',
    speaks: 'OpenAI',
    passes: 'OpenAI',
    call: (url, stream) => chat(url, stream, { parameters: {} }, '/prompts/default/laboratory'),
  },
  {
    name: "Ollama's chat",
    surface: 'ollama',
    speaks: 'Ollama',
    lacksCodes: true,
    call: (url, stream) => ollamaCall('chat', url, stream, prompt),
  },
  {
    name: "Ollama's generate",
    surface: 'ollama-generate',
    speaks: 'Ollama',
    lacksCodes: true,
    call: (url, stream) => ollamaCall('generate', url, stream, prompt),
  },
  {
    name: 'messages',
    surface: 'messages',
    speaks: 'Anthropic',
    passes: 'Anthropic',
    call: (url, stream) => message(url, stream, {}),
  },
  {
    name: 'messages in a conversation',
    surface: 'messages',
    speaks: 'Anthropic',
    call: (url, stream) => message(url, stream, { context: { conversation: 'new' } }),
  },
]

/** What an SDK received, as it came. */
interface Seen {
  response?: Response
  received: Promise<string>
}

/** A `fetch` that keeps what it received. */
function watched(seen: Seen, urlOf: (asked: string) => string): typeof fetch {
  return async (asked, init) => {
    const response = await fetch(
      urlOf(asked instanceof Request ? asked.url : asked.toString()),
      init,
    )
    seen.response = response
    seen.received = response
      .clone()
      .text()
      .catch(() => '')
    return response
  }
}

/** A call with the official SDK, whose own retries are off. */
async function chat(
  url: string,
  stream: boolean,
  extra: object,
  path = '/v1/chat/completions',
): Promise<CallerAnswer> {
  const seen: Seen = { received: Promise.resolve('') }
  const sdk = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: callerKey,
    maxRetries: 0,
    fetch: watched(seen, () => `${url}${path}`),
  })
  const request = {
    model: 'laboratory',
    messages: [{ role: 'user' as const, content: prompt }],
    ...extra,
  }
  const read = { text: '', isFinished: false }
  let error: unknown
  try {
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
  } catch (caught) {
    error = caught
  }
  const code = error instanceof APIError ? (error.code ?? null) : undefined
  const hasError = error instanceof APIError ? error.error !== undefined : undefined
  return answerOf(seen, { ...read, error, code, hasError, mark: 'data: [DONE]' })
}

/** The same with Anthropic's SDK. */
async function message(url: string, stream: boolean, extra: object): Promise<CallerAnswer> {
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

interface Read {
  readonly text: string
  readonly isFinished: boolean
  readonly error: unknown
  readonly code: string | null | undefined
  /** Whether the error is one that was sent; undefined for an error of another class. */
  readonly hasError: boolean | undefined
  /** With which a stream ends. */
  readonly mark: string
}

async function answerOf(seen: Seen, read: Read): Promise<CallerAnswer> {
  const { response } = seen
  const received = await seen.received
  return {
    status: response?.status ?? 0,
    ending: endingOf(read, read.isFinished || received.includes(read.mark)),
    text: read.text,
    code: read.code,
    retryAfter: response?.headers.get('retry-after') ?? undefined,
    provider: response?.headers.get('x-fairlead-provider') ?? undefined,
    attempts: Number(response?.headers.get('x-fairlead-attempts') ?? 0),
    received,
  }
}

function endingOf({ error, hasError }: Read, isFinished: boolean): CallerAnswer['ending'] {
  if (error === undefined) return isFinished ? 'Whole' : 'Truncated'
  if (hasError !== undefined) return hasError ? 'Error' : 'Truncated'
  return error instanceof SyntaxError || error instanceof TypeError ? 'Unreadable' : 'Truncated'
}
