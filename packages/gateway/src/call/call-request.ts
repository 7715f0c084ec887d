import type { JsonObject } from '@fairlead/base'
import { missingField, type RequestEdits, type SentFields } from '@fairlead/llm'
import { parseJsonObject } from '../http/json-body.ts'
import type { RenderedPrompt, UsedPrompt } from '../prompts/prompt-renderer.ts'
import type { CallContext } from './call-context.ts'

/** A caller's request for an answer, read and checked as far as every provider needs it. */
export class CallRequest {
  /** The body as it was sent; what is not edited reaches a provider unchanged. */
  readonly body: Buffer
  /** What of the body steers the call. */
  readonly sent: SentFields
  /** What the gateway changes in it. */
  readonly edits: RequestEdits
  /** The model that the caller asked for, or the default. */
  readonly model: string
  readonly context: CallContext
  readonly prompt: UsedPrompt | undefined
  /** Length of all that is said, estimated as characters ÷ 4. */
  readonly inputTokens: number
  #fields: JsonObject | undefined

  constructor(parts: RequestParts) {
    const { rendered, sent } = parts
    const model = sent.model ?? rendered?.model ?? parts.defaultModel
    if (model === undefined) {
      throw missingField('model', 'name a model; GET /v1/models lists them')
    }
    this.body = parts.body
    this.#fields = parts.fields
    this.sent = sent
    this.model = model
    this.context = parts.context
    this.prompt = rendered?.used
    this.edits = rendered === undefined ? noEdits : promptEdits(rendered)
    this.inputTokens = Math.ceil((sent.textLength + textLength(rendered)) / 4)
  }

  /** The parsed body. Parsed again only when it was let go. */
  fields(): JsonObject {
    this.#fields ??= parseJsonObject(this.body)
    return this.#fields
  }

  /** Lets the parsed form go: it is not kept while a call waits for its provider. */
  letFieldsGo(): void {
    this.#fields = undefined
  }
}

interface RequestParts {
  readonly body: Buffer
  /** The body, parsed. */
  readonly fields: JsonObject
  readonly sent: SentFields
  readonly context: CallContext
  /** The prompt template that stands in front of what the caller says. */
  readonly rendered: RenderedPrompt | undefined
  /** For a call that names no model. */
  readonly defaultModel: string | undefined
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
