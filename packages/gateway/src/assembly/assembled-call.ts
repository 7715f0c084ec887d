import type { Turn } from '@fairlead/context'
import {
  type ChatInput,
  chatFormatOf,
  type Dialect,
  editRequest,
  type ModelRequest,
  type RequestEdits,
} from '@fairlead/llm'
import type { CallRequest } from '../call/call-request.ts'
import type { CallTarget } from '../routing/call-target.ts'

/** A call with everything that its model is to see. */
export class AssembledCall {
  /** The turn of an earlier call with the same Idempotency-Key: no model is called. */
  readonly replay: Turn | undefined
  readonly #dialect: Dialect
  readonly #request: CallRequest
  readonly #edits: RequestEdits
  readonly #input: ChatInput | undefined
  #canonical: ModelRequest | undefined

  constructor(parts: AssembledParts) {
    this.#dialect = parts.dialect
    this.#request = parts.request
    this.#edits = parts.edits
    this.#input = parts.input
    this.replay = parts.replay
  }

  /**
   * The request body for one target. A provider that speaks the caller's dialect gets the caller's
   * bytes with only the necessary changes; any other gets the request encoded in its own dialect.
   * Throws a ModelError 400 for what that dialect cannot express.
   */
  bodyFor({ provider, model }: CallTarget): Uint8Array {
    const { dialect, encoding } = provider.type
    if (dialect.name === this.#dialect.name) {
      const { body, sent } = this.#request
      const edit = { model, edits: this.#edits, options: encoding }
      const bytes = this.#dialect.passage.edit(body, sent, edit)
      if (bytes !== undefined) return this.#withoutFields(bytes)
    }
    const request = editRequest(this.#decode(), this.#edits, model)
    const encoded = chatFormatOf(dialect).encodeRequest(request, encoding)
    return this.#withoutFields(Buffer.from(JSON.stringify(encoded)))
  }

  /** The request in no provider's dialect; decoded once. */
  #decode(): ModelRequest {
    this.#canonical ??= chatFormatOf(this.#dialect).decodeRequest(
      { ...this.#request.fields(), model: this.#request.model },
      {
        messagesOptional: this.#request.prompt !== undefined,
        ...(this.#input === undefined ? {} : { input: this.#input }),
      },
    )
    return this.#canonical
  }

  #withoutFields(bytes: Uint8Array): Uint8Array {
    this.#request.releaseFields()
    return bytes
  }
}

interface AssembledParts {
  /** The caller's dialect. */
  readonly dialect: Dialect
  readonly request: CallRequest
  /** The edits of the request itself, and those that assembly adds. */
  readonly edits: RequestEdits
  /** Input that has already been decoded. */
  readonly input?: ChatInput
  readonly replay?: Turn
}
