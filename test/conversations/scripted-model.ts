import { parseJson } from '@fairlead/base'
import { providerTypes, type ProviderType } from '@fairlead/gateway'
import { HeaderFields } from '@fairlead/http1'
import { chatFormatOf, type Item, openAiChat, responseEvents } from '@fairlead/llm'

/** What the model does with the next prompt of a session. */
export interface Script {
  readonly output: readonly Item[]
  /** `halts`: says all of its output, and then nothing until it is released or cancelled. */
  readonly kind: 'answers' | 'fails' | 'halts'
  /** Lets an answer that halts end. */
  readonly released: Promise<void>
  /** Called when the model has been asked. */
  asked(): void
}

/** A prompt as the provider got it. */
export interface SeenPrompt {
  readonly items: readonly Item[]
  /** Bytes of the messages. */
  readonly bytes: number
}

interface Session {
  readonly scripts: Script[]
  readonly prompts: SeenPrompt[]
}

type OpenTransport = NonNullable<ProviderType['openTransport']>
type Transport = ReturnType<OpenTransport>
type Exchange = Awaited<ReturnType<Transport['open']>>
type Cancellation = Parameters<Transport['open']>[1]

const format = chatFormatOf(openAiChat)

/** A provider inside the process that answers each session, which is named by its model, as scripted. */
export class ScriptedModel {
  readonly #sessions = new Map<string, Session>()

  /** The provider types of a gateway that asks it: `Simulator` stands for it. */
  readonly providerTypes: readonly ProviderType[] = providerTypes.map((type) =>
    type.type === 'Simulator' ? { ...type, openTransport: () => this.#transport } : type,
  )

  session(model: string): Session {
    const session = this.#sessions.get(model) ?? { scripts: [], prompts: [] }
    this.#sessions.set(model, session)
    return session
  }

  forget(model: string): void {
    this.#sessions.delete(model)
  }

  readonly #transport: Transport = {
    open: ({ body }, cancellation) => {
      const sent = parseJson(Buffer.from(body).toString()) as { readonly messages: unknown }
      const { model, items, stream } = format.decodeRequest(sent)
      const { prompts, scripts } = this.session(model)
      prompts.push({ items, bytes: messagesBytes(sent) })
      const script = scripts.shift()
      if (script === undefined) throw new Error(`the model of ${model} was asked too often`)
      script.asked()
      return Promise.resolve(new ScriptedExchange(script, model, stream, cancellation))
    },
  }
}

/** Bytes of the messages of a body of chat completions. */
export function messagesBytes(body: { readonly messages: unknown }): number {
  return Buffer.byteLength(JSON.stringify(body.messages))
}

class ScriptedExchange implements Exchange {
  readonly status: number
  readonly headers: HeaderFields
  readonly #script: Script
  readonly #cancellation: Cancellation
  readonly #pieces: Buffer[]
  #aborted: Error | undefined

  constructor(script: Script, model: string, stream: boolean, cancellation: Cancellation) {
    const { kind, output } = script
    this.#script = script
    this.#cancellation = cancellation
    this.status = kind === 'fails' ? 500 : 200
    const isStream = stream && kind !== 'fails'
    this.headers = HeaderFields.from({
      'content-type': isStream ? 'text/event-stream' : 'application/json',
    })
    const usage = {
      inputTokens: 1,
      cachedInputTokens: 0,
      cacheWriteInputTokens: 0,
      outputTokens: 1,
      reasoningTokens: 0,
    }
    const finishReason = output.some(({ type }) => type === 'function_call') ? 'tool_calls' : 'stop'
    const answer = { id: 'x', model, createdAt: 1, output, finishReason, usage } as const
    if (kind === 'fails') {
      this.#pieces = [Buffer.from('{"error":{"message":"it is down","type":"server_error"}}')]
    } else if (stream) {
      const encoder = format.createStreamEncoder({ includeUsage: false })
      const events = responseEvents(answer)
      const end = events.findIndex(({ type }) => type === 'usage')
      const textOf = (part: typeof events) => part.map((event) => encoder.encode(event)).join('')
      this.#pieces = [textOf(events.slice(0, end)), textOf(events.slice(end))].map((text) =>
        Buffer.from(text),
      )
    } else {
      const text = Buffer.from(JSON.stringify(format.encodeResponse(answer)))
      this.#pieces = [text.subarray(0, 1), text.subarray(1)]
    }
  }

  async next(): Promise<Buffer | undefined> {
    if (this.#script.kind === 'halts' && this.#pieces.length === 1) await this.#halt()
    if (this.#aborted !== undefined) throw this.#aborted
    this.#cancellation.throwIfCancelled()
    return this.#pieces.shift()
  }

  async collect(bytesMax: number): Promise<{ bytes: Buffer; complete: boolean }> {
    const parts: Buffer[] = []
    let length = 0
    for (let part = await this.next(); part !== undefined; part = await this.next()) {
      parts.push(part)
      length += part.length
      if (length > bytesMax) return { bytes: Buffer.concat(parts), complete: false }
    }
    return { bytes: Buffer.concat(parts), complete: true }
  }

  abort(reason: Error): void {
    this.#aborted ??= reason
  }

  #halt(): Promise<void> {
    const { signal } = this.#cancellation
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (signal.aborted) resolve()
    return Promise.race([this.#script.released, ended])
  }
}
