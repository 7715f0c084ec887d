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
    passes: 'OpenAI',
    call: (url, stream) => chat(url, stream, {}),
  },
  {
    name: 'chat completions in a conversation',
    surface: 'chat-completions',
    call: (url, stream) => chat(url, stream, { context: { conversation: 'new' } }),
  },
  {
    name: 'a prompt',
    surface: 'prompts',
    passes: 'OpenAI',
    call: (url, stream) => chat(url, stream, { parameters: {} }, '/prompts/default/laboratory'),
  },
  {
    name: "Ollama's chat",
    surface: 'ollama',
    lacksCodes: true,
    call: (url, stream) => ollamaCall('chat', url, stream, prompt),
  },
  {
    name: "Ollama's generate",
    surface: 'ollama-generate',
    lacksCodes: true,
    call: (url, stream) => ollamaCall('generate', url, stream, prompt),
  },
]

/** A call with the official SDK, whose own retries are off. */
async function chat(
  url: string,
  stream: boolean,
  extra: object,
  path = '/v1/chat/completions',
): Promise<CallerAnswer> {
  const seen: { response?: Response; received: Promise<string> } = {
    received: Promise.resolve(''),
  }
  const sdk = new OpenAI({
    baseURL: `${url}/v1`,
    apiKey: callerKey,
    maxRetries: 0,
    fetch: async (_, init) => {
      const response = await fetch(`${url}${path}`, init)
      seen.response = response
      seen.received = response
        .clone()
        .text()
        .catch(() => '')
      return response
    },
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
  const { response } = seen
  const received = await seen.received
  return {
    status: response?.status ?? 0,
    ending: endingOf(error, read.isFinished || received.includes('data: [DONE]')),
    text: read.text,
    code: error instanceof APIError ? (error.code ?? null) : undefined,
    retryAfter: response?.headers.get('retry-after') ?? undefined,
    provider: response?.headers.get('x-fairlead-provider') ?? undefined,
    attempts: Number(response?.headers.get('x-fairlead-attempts') ?? 0),
    received,
  }
}

function endingOf(error: unknown, isFinished: boolean): CallerAnswer['ending'] {
  if (error === undefined) return isFinished ? 'Whole' : 'Truncated'
  if (error instanceof APIError) return error.error === undefined ? 'Truncated' : 'Error'
  return error instanceof SyntaxError || error instanceof TypeError ? 'Unreadable' : 'Truncated'
}
