import { stringEnd } from '@fairlead/base'
import { ModelError } from '../errors/model-error.ts'
import { invalidField } from './request-field.ts'
import { isSpace, skipSpace } from './skip-space.ts'
import { type UniqueFields, uniqueFields } from './unique-fields.ts'

const quote = 0x22
const backslash = 0x5c
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c
const colon = 0x3a
const upperA = 0x41
const upperZ = 0x5a
const asciiMax = 0x7f

/** What one request can have at its top level; no API has a tenth of it. */
const membersMax = 1000

/** Where the top-level fields of a JSON object stand in its bytes. */
export interface BodyOutline {
  /** Just after the opening brace. */
  readonly start: number
  /** At most 1000. */
  readonly members: readonly BodyMember[]
  /** How deep it is nested: 1 for an object without objects and lists. */
  readonly depth: number
}

export interface BodyMember {
  readonly name: string
  readonly nameStart: number
  readonly valueStart: number
  /** Just after the value. */
  readonly end: number
}

/** Means that no field must be unique. */
export const noUniqueFields = uniqueFields([])

/**
 * Reads the outline of a JSON object in UTF-8, which the caller has already parsed, in one pass.
 * Throws a ModelError 400 `duplicate_field` for a field that must be unique and is not, or is
 * spelled in another way, and 400 `invalid_value` for more than 1000 fields.
 */
export function outlineBody(body: Uint8Array, fields: UniqueFields): BodyOutline {
  return new BodyReader(body).read(fields)
}

class BodyReader {
  readonly #bytes: Buffer
  /**
   * One character per byte, so positions in the text are positions in the bytes; searching a string
   * is several times faster than searching a buffer if strings are short or full of escapes.
   */
  readonly #text: string
  readonly #path: (string | number)[] = []
  #deepest = 1

  constructor(body: Uint8Array) {
    this.#bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    this.#text = this.#bytes.toString('latin1')
  }

  read(fields: UniqueFields): BodyOutline {
    const members: BodyMember[] = []
    const open = skipSpace(this.#text, 0)
    this.#object(open, fields, 1, members)
    return { start: open + 1, members, depth: this.#deepest }
  }

  /** Reads the object that starts at `from`; returns where it ends. */
  #object(from: number, fields: UniqueFields, level: number, members?: BodyMember[]): number {
    const text = this.#text
    let seen = 0
    let position = skipSpace(text, from + 1)
    if (level > this.#deepest) this.#deepest = level
    while (position < text.length && text.charCodeAt(position) !== closeBrace) {
      const nameStart = position
      const nameEnd = stringEnd(text, nameStart)
      const name = this.#name(nameStart, nameEnd)
      const index = fields.indexOf(name)
      position = skipSpace(text, nameEnd)
      if (text.charCodeAt(position) !== colon) return text.length
      const valueStart = skipSpace(text, position + 1)
      let within: UniqueFields | undefined
      if (index === undefined) {
        const meant = isPlain(name) ? undefined : fields.takenFor(name)
        if (meant !== undefined) throw misspelled(name, this.#pathOf(meant))
      } else {
        const flag = 1 << index
        if ((seen & flag) !== 0) throw givenTwice(this.#pathOf(name))
        seen |= flag
        within = fields.within(index)
      }
      const end =
        within === undefined
          ? this.#skip(valueStart, level)
          : this.#within(valueStart, name, within, level)
      if (members !== undefined) {
        if (members.length === membersMax) {
          throw invalidField('body', `it has more than ${membersMax} fields.`)
        }
        members.push({ name, nameStart, valueStart, end })
      }
      position = skipSpace(text, end)
      if (text.charCodeAt(position) === comma) position = skipSpace(text, position + 1)
    }
    return position + 1
  }

  #within(from: number, name: string, fields: UniqueFields, level: number): number {
    const first = this.#text.charCodeAt(from)
    if (first !== openBrace && first !== openBracket) return this.#skip(from, level)
    this.#path.push(name)
    const end =
      first === openBrace
        ? this.#object(from, fields, level + 1)
        : this.#list(from, fields, level + 1)
    this.#path.pop()
    return end
  }

  #list(from: number, fields: UniqueFields, level: number): number {
    const text = this.#text
    let position = skipSpace(text, from + 1)
    if (level > this.#deepest) this.#deepest = level
    for (let index = 0; position < text.length; index += 1) {
      const first = text.charCodeAt(position)
      if (first === closeBracket) break
      if (first === openBrace) {
        this.#path.push(index)
        position = this.#object(position, fields, level + 1)
        this.#path.pop()
      } else {
        position = this.#skip(position, level)
      }
      position = skipSpace(text, position)
      if (text.charCodeAt(position) === comma) position = skipSpace(text, position + 1)
      else break
    }
    return position + 1
  }

  /** Where the value that starts at `from` ends. */
  #skip(from: number, level: number): number {
    const text = this.#text
    const first = text.charCodeAt(from)
    if (first === quote) return stringEnd(text, from)
    if (first === openBrace || first === openBracket) return this.#skipContainer(from, level)
    let position = from
    while (position < text.length && !endsScalar(text.charCodeAt(position))) position += 1
    // What is no JSON must not be read for ever.
    return position === from ? text.length : position
  }

  #skipContainer(from: number, level: number): number {
    const text = this.#text
    let depth = level
    let position = from
    while (position < text.length) {
      const byte = text.charCodeAt(position)
      if (byte === quote) {
        position = stringEnd(text, position)
        continue
      }
      position += 1
      if (byte === openBrace || byte === openBracket) {
        depth += 1
        if (depth > this.#deepest) this.#deepest = depth
      } else if (byte === closeBrace || byte === closeBracket) {
        depth -= 1
        if (depth === level) return position
      }
    }
    return position
  }

  #name(start: number, end: number): string {
    const name = this.#text.slice(start + 1, end - 1)
    if (isAscii(name)) return name
    return String(JSON.parse(this.#bytes.toString('utf8', start, end)))
  }

  #pathOf(name: string): string {
    let path = ''
    for (const step of this.#path) path += typeof step === 'number' ? `[${step}]` : `.${step}`
    return `${path}.${name}`.slice(1)
  }
}

/** Whether a name stands for itself, byte by byte. */
function isAscii(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index)
    if (code === backslash || code > asciiMax) return false
  }
  return true
}

/** Whether no reader takes a name for another: it is without capitals, and printable ASCII. */
function isPlain(name: string): boolean {
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index)
    if ((code >= upperA && code <= upperZ) || code > asciiMax || code === 0) return false
  }
  return true
}

function endsScalar(byte: number): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || isSpace(byte)
}

function givenTwice(param: string): ModelError {
  return new ModelError('invalid-request', `The field '${param}' is given twice; give it once.`, {
    code: 'duplicate_field',
    param,
  })
}

function misspelled(name: string, param: string): ModelError {
  return new ModelError(
    'invalid-request',
    `The field ${JSON.stringify(name.slice(0, 64))} could be taken for '${param}'; spell it exactly so, and give it once.`,
    { code: 'duplicate_field', param },
  )
}
