import type { JsonObject } from '@fairlead/base'
import {
  invalidField,
  readArray,
  readBoolean,
  readNonEmptyString,
  readObject,
  readOptional,
  readString,
} from '../../json/request-field.ts'
import type { ContentPart, Item, ReasoningItem, Role } from '../../operations/chat/item.ts'
import { type CallIds, createCallIds } from './call-ids.ts'
import { decodeFileData, decodeInlineData, ownFields } from './decode-media.ts'
import { decodeFunctionResponse } from './function-response.ts'
import { dialectName, foreignCallSignature, sealOf } from './sealed-parts.ts'
import { bothSpellings, fieldOf, otherFields } from './spelling.ts'

/** Read by name; all other fields of a part are kept. */
const readFields = bothSpellings([
  'text',
  'thought',
  'thoughtSignature',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
])

const callFields = bothSpellings(['id', 'name', 'args'])
const responseFields = bothSpellings(['id', 'name', 'response', 'parts'])

const nested = (name: string, fields: JsonObject): JsonObject =>
  Object.keys(fields).length === 0 ? {} : { [name]: fields }

const extrasOf = (fields: JsonObject) =>
  Object.keys(fields).length === 0 ? {} : { extras: ownFields(fields) }

/** Reads `systemInstruction`: a content, or its text. */
export function decodeSystem(value: unknown, param: string): Item[] {
  const parts = typeof value === 'string' ? [{ text: value }] : partsOf(value, param)
  const content = parts.flatMap((part, index): ContentPart[] => {
    const text = readOptional(part['text'], `${param}.parts[${index}].text`, readString) ?? ''
    return text === '' ? [] : [{ type: 'input_text', text }]
  })
  return content.length === 0 ? [] : [{ type: 'message', role: 'system', content }]
}

/** Reads `contents` into items; calls, responses, thoughts and text of one content are separate items. */
export function decodeContents(contents: readonly unknown[]): Item[] {
  const reader = new ContentsReader()
  for (const [index, value] of contents.entries()) reader.read(value, `contents[${index}]`)
  return reader.items
}

function partsOf(value: unknown, param: string): readonly JsonObject[] {
  const content = readObject(value, param)
  const parts = readOptional(content['parts'], `${param}.parts`, readArray) ?? []
  return parts.map((part, index) => readObject(part, `${param}.parts[${index}]`))
}

function roleOf(value: unknown, param: string): 'user' | 'assistant' {
  switch (value ?? 'user') {
    case 'user':
    case 'function':
      return 'user'
    case 'model':
      return 'assistant'
    default:
      throw invalidField(`${param}.role`, `expected 'user' or 'model'.`)
  }
}

class ContentsReader {
  readonly items: Item[] = []
  readonly #ids: CallIds = createCallIds()
  #content: ContentPart[] = []
  #role: Role = 'user'

  read(value: unknown, param: string): void {
    const parts = partsOf(value, param)
    this.#role = roleOf(readObject(value, param)['role'], param)
    // What a content ends with is not continued by the next one.
    const from = this.items.length
    for (const [index, part] of parts.entries()) this.#part(part, `${param}.parts[${index}]`, from)
    this.#endMessage()
  }

  #part(part: JsonObject, param: string, from: number): void {
    const call = readOptional(
      fieldOf(part, 'functionCall', param),
      `${param}.functionCall`,
      readObject,
    )
    const signature = readOptional(
      fieldOf(part, 'thoughtSignature', param),
      `${param}.thoughtSignature`,
      readString,
    )
    if (call !== undefined) {
      return this.#call(part, call, signature, `${param}.functionCall`)
    }
    const responseParam = `${param}.functionResponse`
    const response = readOptional(
      fieldOf(part, 'functionResponse', param),
      responseParam,
      readObject,
    )
    if (response !== undefined) return this.#response(response, responseParam)
    if (readOptional(part['thought'], `${param}.thought`, readBoolean) === true) {
      const text = readOptional(part['text'], `${param}.text`, readString) ?? ''
      return this.#thought(text, signature, from)
    }
    if (signature !== undefined) this.#seal(signature, from)
    this.#partOfMessage(part, param)
  }

  #call(part: JsonObject, call: JsonObject, signature: string | undefined, param: string): void {
    const partFields = otherFields(part, readFields)
    const name = readNonEmptyString(call['name'], `${param}.name`)
    const args = readOptional(call['args'], `${param}.args`, readObject) ?? {}
    // The word for no seal is none.
    const isSealed = signature !== undefined && signature !== foreignCallSignature
    const seal = isSealed ? sealOf(signature) : {}
    this.#push({
      type: 'function_call',
      call_id: this.#ids.ofCall(call['id'], name),
      name,
      arguments: JSON.stringify(args),
      ...(seal.signature === undefined ? {} : { signature: seal.signature, maker: dialectName }),
      ...extrasOf({ ...partFields, ...nested('functionCall', otherFields(call, callFields)) }),
    })
  }

  #response(response: JsonObject, param: string): void {
    const name = readNonEmptyString(response['name'], `${param}.name`)
    const output = readOptional(response['response'], `${param}.response`, readObject) ?? {}
    const parts = readOptional(response['parts'], `${param}.parts`, readArray) ?? []
    const media = parts.flatMap((value, index) => {
      const path = `${param}.parts[${index}]`
      const part = mediaPart(readObject(value, path), path)
      return part === undefined ? [] : [part]
    })
    this.#push({
      type: 'function_call_output',
      call_id: this.#ids.ofResponse(response['id'], name),
      ...decodeFunctionResponse(output, media),
      ...extrasOf(nested('functionResponse', otherFields(response, responseFields))),
    })
  }

  #thought(text: string, signature: string | undefined, from: number): void {
    this.#endMessage()
    const open = this.#openReasoning(from)
    const earlier = open?.content?.[0]?.text ?? ''
    const joined = earlier + text
    const item: ReasoningItem = {
      type: 'reasoning',
      summary: [],
      ...(joined === '' ? {} : { content: [{ type: 'reasoning_text', text: joined }] }),
      maker: dialectName,
      ...(signature === undefined ? {} : sealOf(signature)),
    }
    if (open === undefined) this.items.push(item)
    else this.items[this.items.length - 1] = item
  }

  /** A signature seals the thoughts that stand right before its part. */
  #seal(signature: string, from: number): void {
    this.#endMessage()
    const open = this.#openReasoning(from)
    if (open === undefined) {
      this.items.push({ type: 'reasoning', summary: [], ...sealOf(signature) })
    } else {
      this.items[this.items.length - 1] = { ...open, ...sealOf(signature) }
    }
  }

  #openReasoning(from: number): ReasoningItem | undefined {
    const last = this.items.length > from ? this.items.at(-1) : undefined
    const isOpen =
      last?.type === 'reasoning' &&
      last.signature === undefined &&
      last.encrypted_content === undefined
    return isOpen ? last : undefined
  }

  #partOfMessage(part: JsonObject, param: string): void {
    const fields = otherFields(part, readFields)
    const decoded = this.#contentPart(part, param)
    if (decoded !== undefined) {
      const kept = { ...decoded.extras?.fields, ...fields }
      this.#content.push({ ...decoded, ...extrasOf(kept) })
      return
    }
    if (Object.keys(fields).length === 0) return
    const role = this.#role === 'assistant' ? 'assistant' : 'user'
    this.#push({ type: 'fairlead:native', role, dialect: dialectName, block: part })
  }

  #contentPart(part: JsonObject, param: string): ContentPart | undefined {
    const text = readOptional(part['text'], `${param}.text`, readString)
    if (text !== undefined) {
      if (text === '') return undefined
      return this.#role === 'assistant'
        ? { type: 'output_text', text }
        : { type: 'input_text', text }
    }
    const media = mediaPart(part, param)
    if (this.#role !== 'assistant' || media === undefined) return media
    const blob = readObject(fieldOf(part, 'inlineData', param) ?? {}, `${param}.inlineData`)
    const type = fieldOf(blob, 'mimeType')
    // A file that the model made.
    return typeof type === 'string' && typeof blob['data'] === 'string'
      ? { type: 'output_file', media_type: type, data: blob['data'] }
      : media
  }

  #push(item: Item): void {
    this.#endMessage()
    this.items.push(item)
  }

  #endMessage(): void {
    const content = this.#content
    if (content.length > 0) this.items.push({ type: 'message', role: this.#role, content })
    this.#content = []
  }
}

function mediaPart(part: JsonObject, param: string): ContentPart | undefined {
  const blob = readOptional(fieldOf(part, 'inlineData', param), `${param}.inlineData`, readObject)
  if (blob !== undefined) return decodeInlineData(blob, `${param}.inlineData`)
  const file = readOptional(fieldOf(part, 'fileData', param), `${param}.fileData`, readObject)
  return file === undefined ? undefined : decodeFileData(file, `${param}.fileData`)
}
