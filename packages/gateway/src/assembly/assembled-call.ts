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

/** A call with everything in it that its model is to see. */
export class AssembledCall {
  /** What an earlier call with the same Idempotency-Key was answered: no model is asked. */
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
   * The bytes for one target. A provider that speaks the caller's dialect gets the caller's bytes with
   * only what must differ exchanged; any other gets the call in its own dialect. Throws a ModelError
   * 400 for what cannot be told in that dialect.
   */
  bodyFor({ provider, model }: CallTarget): Uint8Array {
    const { dialect, encoding } = provider.type
    if (dialect.name === this.#dialect.name) {
      const { body, sent } = this.#request
      const edit = { model, edits: this.#edits, options: encoding }
      const bytes = this.#dialect.passage.edit(body, sent, edit)
      if (bytes !== undefined) return this.#withoutFields(bytes)
    }
    const request = editRequest(this.#read(), this.#edits, model)
    const encoded = chatFormatOf(dialect).encodeRequest(request, encoding)
    return this.#withoutFields(Buffer.from(JSON.stringify(encoded)))
  }

  /** The request in no provider's dialect; read once. */
  #read(): ModelRequest {
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
    this.#request.letFieldsGo()
    return bytes
  }
}

interface AssembledParts {
  /** The format that the caller speaks. */
  readonly dialect: Dialect
  readonly request: CallRequest
  /** Those of the request, and what assembly adds. */
  readonly edits: RequestEdits
  /** What was read of the request already. */
  readonly input?: ChatInput
  readonly replay?: Turn
}
