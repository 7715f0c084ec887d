import type { JsonObject } from '@fairlead/base'
import {
  type BodyOutline,
  missingField,
  type Passage,
  type RequestEdits,
  type ResponseFormat,
  type SentFields,
} from '@fairlead/llm'
import { parseJsonObject } from '../http/json-body.ts'
import type { RenderedPrompt, UsedPrompt } from '../prompts/prompt-renderer.ts'
import type { CallContext } from './call-context.ts'
import type { KeptRequest } from './kept-request.ts'
import type { BaseSearch } from './requested-search.ts'

/** A caller's model request, read and validated as far as every provider needs it. */
export class CallRequest {
  /** The body as sent; whatever is not edited reaches the provider unchanged. */
  readonly body: Buffer
  /** Where its top-level fields stand; undefined if it has not been read. */
  readonly outline: BodyOutline | undefined
  /** The fields of the body that steer the call. */
  readonly sent: SentFields
  /** The changes that the gateway makes to it. */
  readonly edits: RequestEdits
  /** The requested model, or the default. */
  readonly model: string
  readonly context: CallContext
  readonly prompt: UsedPrompt | undefined
  /** What it asks of the responses that are kept; undefined where its API has none. */
  readonly kept: KeptRequest | undefined
  /** Whether its caller wants nothing of it kept, also where it is in a conversation. */
  readonly keepsNothing: boolean
  /** What it asks the gateway to look for in knowledge bases. */
  readonly searches: readonly BaseSearch[]
  /** Estimated length of the input in tokens: characters ÷ 4. */
  readonly inputTokens: number
  readonly #rendered: RenderedPrompt | undefined
  readonly #format: ResponseFormat | undefined
  #fields: JsonObject | undefined
  #repeated: JsonObject | undefined

  constructor(parts: RequestParts) {
    const { rendered, sent } = parts
    const model = parts.insteadFor ?? sent.model ?? rendered?.model ?? parts.defaultModel
    if (model === undefined) {
      throw missingField('model', 'name a model; GET /v1/models lists them')
    }
    this.#rendered = rendered
    this.#format = parts.format
    this.body = parts.body
    this.outline = parts.outline
    this.#fields = parts.fields
    this.sent = sent
    this.model = model
    this.context = parts.context
    this.prompt = rendered?.used
    this.kept = parts.kept
    this.keepsNothing = parts.keepsNothing === true
    this.searches = parts.searches ?? []
    const prompted = rendered === undefined ? noEdits : promptEdits(rendered)
    const edits =
      parts.format === undefined ? prompted : { responseFormat: parts.format, ...prompted }
    this.edits = parts.kept?.store === true ? { ...edits, keptHere: true } : edits
    this.inputTokens = Math.ceil((sent.textLength + textLength(rendered)) / 4)
  }

  /** The same request for another model than it names. */
  insteadFor(model: string): CallRequest {
    return this.#with({ insteadFor: model })
  }

  /** The same request, in which a format is asked for unless its caller or its prompt asks for one. */
  askingFor(format: ResponseFormat): CallRequest {
    return this.#with({ insteadFor: this.model, format })
  }

  #with(other: Pick<RequestParts, 'insteadFor' | 'format'>): CallRequest {
    const { body, context, keepsNothing, kept, outline, searches, sent } = this
    return new CallRequest({
      body,
      fields: this.fields(),
      sent,
      context,
      rendered: this.#rendered,
      kept,
      keepsNothing,
      searches,
      defaultModel: undefined,
      ...(outline === undefined ? {} : { outline }),
      ...(this.#format === undefined ? {} : { format: this.#format }),
      ...other,
    })
  }

  /** Whether it may lack messages of its own: what is asked comes from elsewhere. */
  get messagesOptional(): boolean {
    return this.prompt !== undefined || this.context.regenerate !== undefined
  }

  /** The parsed body; parsed again only if it was released. */
  fields(): JsonObject {
    this.#fields ??= parseJsonObject(this.body)
    return this.#fields
  }

  /**
   * Keeps the fields that the answer repeats, for a call whose answer is written here. The body must
   * not have been released. `more` is what the gateway adds; the first time counts.
   */
  keepRepeated(passage: Passage, more?: JsonObject): void {
    if (this.#repeated !== undefined) return
    const repeated = passage.repeatedFields?.(this.fields())
    this.#repeated = more === undefined ? repeated : { ...repeated, ...more }
  }

  /** What the answer repeats of the request; undefined if it was not kept. */
  get repeated(): JsonObject | undefined {
    return this.#repeated
  }

  /** Releases the parsed body, so that it is not held while the call waits for its provider. */
  releaseFields(): void {
    this.#fields = undefined
  }
}

interface RequestParts {
  readonly body: Buffer
  readonly outline?: BodyOutline
  /** The body, parsed. */
  readonly fields: JsonObject
  readonly sent: SentFields
  readonly context: CallContext
  /** The rendered PromptTemplate, put before the caller's messages. */
  readonly rendered: RenderedPrompt | undefined
  readonly kept?: KeptRequest | undefined
  readonly keepsNothing?: boolean
  /** Defaults to nothing. */
  readonly searches?: readonly BaseSearch[]
  /** For a call that names no model. */
  readonly defaultModel: string | undefined
  /** The model that is called whatever the request names; undefined for the one that it names. */
  readonly insteadFor?: string
  /** Asked for where neither the caller nor the prompt asks for a format. */
  readonly format?: ResponseFormat
}

const noEdits: RequestEdits = {}

function promptEdits({
  items,
  temperature,
  maxOutputTokens,
  responseFormat,
}: RenderedPrompt): RequestEdits {
  return {
    itemsBefore: items,
    ...(temperature === undefined ? {} : { temperature }),
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    ...(responseFormat === undefined ? {} : { responseFormat }),
  }
}

function textLength(rendered: RenderedPrompt | undefined): number {
  let length = 0
  for (const { content } of rendered?.items ?? []) {
    for (const part of content) if ('text' in part) length += part.text.length
  }
  return length
}
