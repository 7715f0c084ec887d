import { type JsonObject, objectOrEmpty } from '@fairlead/base'
import type { FunctionCallItem, Item, ReasoningItem } from '../../operations/chat/item.ts'
import { callInput } from '../../operations/chat/call-input.ts'
import { isMadeId } from './call-ids.ts'
import { encodeParts } from './encode-parts.ts'
import { dialectName } from './sealed-parts.ts'

/** A part whose signature may still be found. */
type ModelPart = Record<string, unknown>

/**
 * Writes what the model said as parts. The signature of thoughts belongs to the part that follows
 * them, where the API has put it (https://ai.google.dev/gemini-api/docs/thought-signatures); where
 * none follows, to the thoughts, or to an empty text. Thoughts of other makers are left out, for the
 * API takes them for what the model has said.
 */
export class ModelParts {
  readonly parts: ModelPart[] = []
  #signature: string | undefined
  /** The thoughts that it seals, if they have text. */
  #thoughts: ModelPart | undefined

  add(item: Item): void {
    switch (item.type) {
      case 'reasoning':
        if (item.maker === dialectName) this.#addThoughts(item)
        break
      case 'message':
        for (const part of encodeParts(item.content)) this.#addSealed(part)
        break
      case 'function_call':
        this.addPart(callPart(item))
        break
      case 'fairlead:native':
        if (item.dialect === dialectName) this.addPart(item.block)
        break
      case 'function_call_output':
        break
    }
  }

  /** Adds a part that carries its own seal, if it has any. */
  addPart(part: JsonObject | undefined): void {
    if (part === undefined) return
    this.#settle()
    this.parts.push({ ...part })
  }

  end(): readonly JsonObject[] {
    this.#settle()
    return this.parts
  }

  #addThoughts(item: ReasoningItem): void {
    this.#settle()
    const text = thoughtText(item)
    this.#thoughts = text === '' ? undefined : { text, thought: true }
    if (this.#thoughts !== undefined) this.parts.push(this.#thoughts)
    this.#signature = item.signature
  }

  #addSealed(part: JsonObject): void {
    const signature = this.#signature
    this.#signature = undefined
    this.parts.push(
      signature === undefined ? { ...part } : { ...part, thoughtSignature: signature },
    )
  }

  #settle(): void {
    if (this.#signature !== undefined) this.#place(this.#signature)
    this.#signature = undefined
    this.#thoughts = undefined
  }

  #place(signature: string): void {
    if (this.#thoughts === undefined) this.parts.push({ text: '', thoughtSignature: signature })
    else this.#thoughts['thoughtSignature'] = signature
  }
}

/** The text of thinking, or of its summary where only that came back. */
export function thoughtText({ content, summary }: ReasoningItem): string {
  return (content ?? summary).map((part) => part.text).join('')
}

function callPart(item: FunctionCallItem): JsonObject {
  const isSealed = item.signature !== undefined && (item.maker ?? dialectName) === dialectName
  const { functionCall: fields, ...partFields } =
    item.extras?.dialect === dialectName ? item.extras.fields : {}
  return {
    ...partFields,
    functionCall: {
      ...(isMadeId(item.call_id) ? {} : { id: item.call_id }),
      name: item.name,
      args: callInput(item.arguments),
      ...objectOrEmpty(fields),
    },
    ...(isSealed ? { thoughtSignature: item.signature } : {}),
  }
}
