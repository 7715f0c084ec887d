import type { Turn } from '@fairlead/context'
import {
  chatFormatOf,
  type Dialect,
  editRequest,
  type Item,
  type ModelRequest,
  type RequestEdits,
} from '@fairlead/llm'
import type { CallRequest } from '../call/call-request.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { outputLimit } from './output-limit.ts'

/** A call with everything that its model is to see. */
export class AssembledCall {
  /** The turn of an earlier call with the same Idempotency-Key: no model is called. */
  readonly replay: Turn | undefined
  readonly #dialect: Dialect
  readonly #request: CallRequest
  readonly #edits: RequestEdits
  readonly #decoded: ModelRequest | undefined

  constructor(parts: AssembledParts) {
    this.#dialect = parts.dialect
    this.#request = parts.request
    this.#edits = parts.edits
    this.#decoded = parts.decoded
    this.replay = parts.replay
  }

  /**
   * The request body for one target. A provider that speaks the caller's dialect gets the caller's
   * bytes with only the necessary changes; any other gets the request encoded in its own dialect.
   * Throws a ModelError 400 for what that dialect cannot express.
   */
  bodyFor(target: CallTarget): Uint8Array {
    const { model } = target
    const { dialect, encoding } = target.apiFor(this.#dialect)
    if (dialect.name === this.#dialect.name) {
      const { body, outline, sent } = this.#request
      const edit = { model, edits: this.#edits, options: encoding, outline }
      const bytes = this.#dialect.passage.edit(body, sent, edit)
      if (bytes !== undefined) return this.#withoutFields(bytes)
    }
    // Not kept: the tree of a long request would be held for as long as its answer takes.
    const decoded = this.#decoded ?? decodeCall(this.#dialect, this.#request)
    const request = editRequest(decoded, this.#edits, model)
    const maxOutputTokens = outputLimit(target.facts, request)
    const options = maxOutputTokens === undefined ? encoding : { ...encoding, maxOutputTokens }
    const encoded = chatFormatOf(dialect).encodeRequest(request, options)
    return this.#withoutFields(Buffer.from(JSON.stringify(encoded)))
  }

  /** What the model is to see, in no provider's dialect. Throws a ModelError 400 as `bodyFor` does. */
  items(): readonly Item[] {
    const { items, itemsBefore = [] } = this.#edits
    if (items !== undefined) return items
    const decoded = this.#decoded ?? decodeCall(this.#dialect, this.#request)
    return [...itemsBefore, ...decoded.items]
  }

  #withoutFields(bytes: Uint8Array): Uint8Array {
    this.#request.releaseFields()
    return bytes
  }
}

/** The caller's request in no provider's dialect. Throws a ModelError 400 for what is wrong in it. */
export function decodeCall(dialect: Dialect, request: CallRequest): ModelRequest {
  return chatFormatOf(dialect).decodeRequest(
    { ...request.fields(), model: request.model },
    { messagesOptional: request.prompt !== undefined },
  )
}

interface AssembledParts {
  /** The caller's dialect. */
  readonly dialect: Dialect
  readonly request: CallRequest
  /** The edits of the request itself, and those that assembly adds. */
  readonly edits: RequestEdits
  /** The request in no provider's dialect, if it has already been read. */
  readonly decoded?: ModelRequest
  readonly replay?: Turn
}
