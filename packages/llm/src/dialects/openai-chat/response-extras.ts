import type { JsonObject } from '@fairlead/base'
import type { DialectExtras } from '../../operations/chat/item.ts'

/** Top-level fields of an answer with a canonical name, and what means nothing to anybody. */
const namedFields = new Set([
  'id',
  'object',
  'created',
  'model',
  'choices',
  'usage',
  'service_tier',
  'error',
  // Random text that hides the length of a chunk.
  'obfuscation',
])

/** Collects the top-level fields of an answer, or of its chunks, that have no canonical name. */
export class ResponseExtras {
  readonly #fields: Record<string, unknown> = Object.create(null) as Record<string, unknown>
  #isEmpty = true

  /** A later value of a field replaces an earlier one. */
  read(answer: JsonObject): void {
    for (const name in answer) {
      if (namedFields.has(name)) continue
      const value = answer[name]
      if (value === null || value === undefined) continue
      this.#fields[name] = value
      this.#isEmpty = false
    }
  }

  get fields(): JsonObject {
    return this.#fields
  }

  /** Undefined if there are none. */
  get(): DialectExtras | undefined {
    return this.#isEmpty ? undefined : { dialect: 'openai-chat', fields: { ...this.#fields } }
  }
}

/** The fields to write for a caller: those of another dialect mean nothing here. */
export function ownFields(extras: DialectExtras | undefined): JsonObject {
  return extras?.dialect === 'openai-chat' ? extras.fields : {}
}

/** https://platform.openai.com/docs/api-reference/chat/object#chat-object-service_tier */
const serviceTiers: ReadonlySet<string> = new Set(['auto', 'default', 'flex', 'scale', 'priority'])

/** The tier as far as OpenAI's SDKs know it; vendors have others. */
export function serviceTierField(tier: string | undefined): JsonObject {
  return tier !== undefined && serviceTiers.has(tier) ? { service_tier: tier } : {}
}
