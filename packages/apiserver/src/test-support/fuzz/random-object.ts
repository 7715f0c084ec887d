import type { SeededRandom } from '@fairlead/base/testing'

import { apiType, type ApiField, type ApiFieldType } from '../../api-types/api-type.ts'

/** JSON texts that no field expects, or that fields of another type do. */
const hostileTexts: readonly string[] = [
  'null',
  'true',
  'false',
  '""',
  '"x"',
  '"Invalid_Name!"',
  `"${'x'.repeat(300)}"`,
  '"\\ud800\\u0000<&>"',
  '0',
  '-0',
  '5',
  '-1',
  '1.5',
  '1.0',
  '1e3',
  '1e400',
  '2147483648',
  '9007199254740993',
  '9223372036854775808',
  '[]',
  '{}',
  '[null]',
  '["a",1,{"a":[]}]',
  '{"a":null}',
  '{"__proto__":{"a":1},"constructor":"x"}',
  '{"a":1,"a":2}',
  '"2024-13-01T00:00:00Z"',
  '"500m"',
  '"1e99999"',
  `${'['.repeat(60)}${']'.repeat(60)}`,
]

/** Texts that many fields take. */
const usualTexts: readonly string[] = [
  '"a"',
  '"a-b"',
  '"TCP"',
  '"Always"',
  '"a.example.com"',
  '"*"',
]

/** Fields within each other. */
const depthMax = 7

/** Generates JSON texts of the types of the tables, with a mistake here and there. */
export class RandomObjects {
  readonly #random: SeededRandom
  /** How often a value is one that its field does not expect. */
  readonly #mistakes: number

  constructor(random: SeededRandom, mistakes: number) {
    this.#random = random
    this.#mistakes = mistakes
  }

  /** An object of a type, by its published name. */
  named(name: string, depth = 0): string {
    if (this.#random.chance(this.#mistakes)) return this.hostile()
    switch (name.slice(name.lastIndexOf('.') + 1)) {
      case 'Quantity':
        return this.#random.pick(['"1"', '"100m"', '"1.5Gi"', '5', '"-1"'])
      case 'Time':
        return this.#random.pick(['"2024-01-01T00:00:00Z"', '"2024-01-01T01:02:03+05:30"', 'null'])
      case 'MicroTime':
        return this.#random.pick(['"2024-01-01T00:00:00.123456Z"', 'null'])
      case 'Duration':
        return this.#random.pick(['"1s"', '"1h30m"'])
      case 'IntOrString':
        return this.#random.pick(['0', '80', '"http"', '"25%"', '-1'])
      case 'FieldsV1':
      case 'RawExtension':
      case 'JSON':
        return this.#random.pick(['{"f:a":{}}', '{"a":[1,1.0,null]}', '1', '"a"'])
      case 'JSONSchemaPropsOrBool':
        return this.#random.pick(['true', 'false', '{"type":"string"}', '{}'])
      case 'JSONSchemaPropsOrArray':
      case 'JSONSchemaPropsOrStringArray':
        return this.#random.pick(['{"type":"string"}', '["a"]', '[]'])
    }
    const type = apiType(name)
    const [wrapped] = type.fields
    if (type.isWrapped && wrapped !== undefined) return this.#value(wrapped.type, depth)
    return `{${this.members(name, depth).join(',')}}`
  }

  /** Some of the members of a type, as `"name":value`. */
  members(name: string, depth: number): string[] {
    const { fields } = apiType(name)
    const members = fields.flatMap((field) => this.#field(field, depth))
    if (this.#random.chance(this.#mistakes)) members.push(`"bogus":${this.hostile()}`)
    if (members.length > 0 && this.#random.chance(this.#mistakes))
      members.push(this.#random.pick(members))
    return members
  }

  hostile(): string {
    return this.#random.pick(hostileTexts)
  }

  #field(field: ApiField, depth: number): string[] {
    if (field.isInline && field.type.kind === 'type') return this.members(field.type.type, depth)
    const isRare = depth > depthMax || !this.#random.chance(depth < 2 ? 0.6 : 0.25)
    if (field.name === '' || isRare) return []
    return [`${JSON.stringify(field.name)}:${this.#value(field.type, depth + 1)}`]
  }

  #value(type: ApiFieldType, depth: number): string {
    if (this.#random.chance(this.#mistakes)) return this.hostile()
    switch (type.kind) {
      case 'scalar':
        return this.#scalar(type.scalar)
      case 'list':
        return `[${this.#several(() => this.#value(type.items, depth + 1)).join(',')}]`
      case 'map': {
        const members = this.#several(
          () => `${this.#random.pick(usualTexts)}:${this.#value(type.values, depth + 1)}`,
        )
        return `{${members.join(',')}}`
      }
      case 'type':
        return this.named(type.type, depth)
    }
  }

  #several<T>(make: () => T): T[] {
    return Array.from({ length: this.#random.below(3) }, make)
  }

  #scalar(scalar: string): string {
    switch (scalar) {
      case 'bool':
        return this.#random.pick(['true', 'false'])
      case 'int32':
      case 'int64':
        return this.#random.pick(['0', '1', '80', '-5', '2147483647'])
      case 'float64':
        return this.#random.pick(['0', '1.5', '1e-7', '1e21'])
      case 'bytes':
        return this.#random.pick(['"QUJD"', '""', '"QR=="'])
      default:
        return this.#random.pick(usualTexts)
    }
  }
}
