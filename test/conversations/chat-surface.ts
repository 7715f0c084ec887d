import { parseJson } from '@fairlead/base'
import {
  anthropicMessages,
  chatFormatOf,
  createStreamAssembler,
  type Dialect,
  gemini,
  type Item,
  type ModelRequest,
  ollamaChat,
  openAiChat,
  openAiResponses,
  type ToolDefinition,
} from '@fairlead/llm'

/** A way in which a chat interface speaks to the gateway. */
export interface ChatSurface {
  readonly name: string
  readonly dialect: Dialect
  readonly path: (model: string, stream: boolean) => string
}

export const chatSurfaces: readonly ChatSurface[] = [
  { name: 'chat completions', dialect: openAiChat, path: () => '/v1/chat/completions' },
  { name: 'messages', dialect: anthropicMessages, path: () => '/v1/messages' },
  { name: 'responses', dialect: openAiResponses, path: () => '/v1/responses' },
  {
    name: 'gemini',
    dialect: gemini,
    path: (model, stream) =>
      `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
  },
  { name: 'ollama', dialect: ollamaChat, path: () => '/api/chat' },
]

/** Whether a body may begin so: not every dialect has bodies that begin in the middle of an exchange. */
export function canBegin({ dialect }: ChatSurface, body: readonly Item[]): boolean {
  const first = body.find((item) => item.type !== 'message' || item.role !== 'system')
  if (first?.type === 'message' && first.role === 'user') return true
  return dialect === openAiChat || dialect === openAiResponses || dialect === ollamaChat
}

const tool: ToolDefinition = {
  name: 'look_up',
  parameters: { type: 'object', properties: { q: { type: 'integer' } } },
}

/** A request of a chat interface, in a dialect. */
export function requestBody(
  dialect: Dialect,
  model: string,
  items: readonly Item[],
  stream: boolean,
): Readonly<Record<string, unknown>> {
  const request: ModelRequest = {
    model,
    items,
    tools: [tool],
    settings: {},
    stream,
    includeUsage: false,
    extras: {},
  }
  return chatFormatOf(dialect).encodeRequest(request) as Readonly<Record<string, unknown>>
}

/** What a chat interface shows of a whole answer: what is said, and the calls. */
export function shownItems(dialect: Dialect, body: string): readonly Item[] {
  return chatFormatOf(dialect).decodeResponse(parseJson(body), 0).output.filter(isShown)
}

/** What a chat interface shows of a stream while it comes. */
export class ShownStream {
  readonly #decoder
  readonly #assembler = createStreamAssembler()

  constructor(dialect: Dialect) {
    this.#decoder = chatFormatOf(dialect).createStreamDecoder(0)
  }

  push(bytes: Uint8Array): void {
    for (const event of this.#decoder.push(bytes)) this.#assembler.push(event)
  }

  /** What has come so far. */
  items(): readonly Item[] {
    return this.#assembler.partial().filter(isShown)
  }

  /** The whole answer; throws if it did not end as it should. */
  end(): readonly Item[] {
    for (const event of this.#decoder.end()) this.#assembler.push(event)
    return this.#assembler.response().output.filter(isShown)
  }
}

function isShown(item: Item): boolean {
  return item.type === 'message' || item.type === 'function_call'
}
