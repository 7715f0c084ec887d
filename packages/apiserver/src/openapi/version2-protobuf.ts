import { isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'

import { WireWriter } from '../protobuf/wire-writer.ts'
import {
  messages,
  type FieldKind,
  type MessageName,
  type Path,
  type SingleKind,
} from './version2-messages.ts'

/** The media type that clients request for OpenAPI v2 in protobuf. */
export const version2ProtobufAccept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/** The media type of the response, because `@` is not allowed in one. */
export const version2ProtobufType = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/**
 * An OpenAPI v2 document as a gnostic `openapi.v2.Document`, the only format in which kubectl asks
 * for it: to explain kinds in the older way, and for kinds that v3 does not describe.
 */
export function version2Protobuf(document: JsonObject): Buffer {
  const writer = new DocumentWriter()
  writer.message('Document', document)
  return writer.finish()
}

/** Like its writer of bytes, it goes from the end of everything to the beginning. */
class DocumentWriter {
  readonly #wire = new WireWriter(1 << 20)

  finish(): Buffer {
    return this.#wire.finish()
  }

  message(name: MessageName, value: unknown): void {
    const { fields, extensions } = messages[name]
    for (const [key, each] of Object.entries(objectOrEmpty(value)).toReversed()) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined
      if (field !== undefined) this.#field(field.path, field.kind, each)
      else if (extensions !== undefined && key.startsWith('x-')) {
        this.#nested(extensions, () => this.#entry(key, 'yaml', each))
      }
    }
  }

  #field(path: Path, kind: FieldKind, value: unknown): void {
    if (typeof kind === 'string') return this.#single(path, kind, value)
    const [outer, number] = [path.slice(0, -1), path.slice(-1)]
    this.#nested(outer, () => {
      if ('each' in kind) {
        const list: unknown[] = Array.isArray(value) ? value : [value]
        for (const each of list.toReversed()) this.#single(number, kind.each, each)
        return
      }
      for (const [name, each] of Object.entries(objectOrEmpty(value)).toReversed()) {
        this.#nested(number, () => this.#entry(name, kind.named, each))
      }
    })
  }

  /** A name and what it names. */
  #entry(name: string, kind: SingleKind, value: unknown): void {
    this.#single([2], kind, value)
    this.#single([1], 'text', name)
  }

  #single(path: Path, kind: SingleKind, value: unknown): void {
    switch (kind) {
      case 'text':
        return this.#scalar(path, 2, () => this.#wire.text(String(value)))
      case 'flag':
        return this.#scalar(path, 0, () => this.#wire.varint(value === true ? 1 : 0))
      case 'integer':
        return this.#scalar(path, 0, () => this.#wire.varint(Number(value)))
      case 'double':
        return this.#scalar(path, 1, () => this.#wire.double(Number(value)))
      case 'yaml':
        return this.#scalar([...path, 2], 2, () => this.#wire.text(`${JSON.stringify(value)}\n`))
      case 'texts':
        return this.#field([...path, 1], { each: 'text' }, value)
      case 'requirement':
        return this.#field([...path, 1], { named: 'texts' }, value)
      case 'schemaOrFlag':
        return isJsonObject(value)
          ? this.#single([...path, 1], 'Schema', value)
          : this.#single([...path, 2], 'flag', value)
      case 'parameterItem':
        return this.#parameterItem(path, objectOrEmpty(value))
      case 'parameter':
        return this.#parameter(path, objectOrEmpty(value))
      default:
        return this.#nested(path, () => this.message(kind, value))
    }
  }

  #parameterItem(path: Path, value: JsonObject): void {
    if ('$ref' in value) this.#single([...path, 2], 'Reference', value)
    else this.#parameter([...path, 1], value)
  }

  #parameter(path: Path, value: JsonObject): void {
    if (value['in'] === 'body') this.#single([...path, 1], 'BodyParameter', value)
    else if (value['in'] === 'path') this.#single([...path, 2, 4], 'PathParameter', value)
    else this.#single([...path, 2, 3], 'QueryParameter', value)
  }

  #scalar(path: Path, wireType: 0 | 1 | 2, write: () => void): void {
    this.#nested(path.slice(0, -1), () => {
      write()
      this.#wire.tag(path.at(-1) ?? 0, wireType)
    })
  }

  /** What `write` writes, inside messages of which only the innermost has it as a field. */
  #nested([number, ...inner]: Path, write: () => void): void {
    if (number === undefined) return write()
    const before = this.#wire.length
    this.#nested(inner, write)
    this.#wire.lengthSince(before)
    this.#wire.tag(number, 2)
  }
}
