import type { JsonObject } from '@fairlead/base'
import { pick } from './random.ts'

/** Random values of one seed, among them those that readers and writers get wrong. */
export class RandomValues {
  readonly random: () => number
  #ids = 0

  constructor(random: () => number) {
    this.random = random
  }

  chance(share: number): boolean {
    return this.random() < share
  }

  /** A whole number from 0 to below `bound`. */
  below(bound: number): number {
    return Math.floor(this.random() * bound)
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return pick(this.random, values)
  }

  some<T>(value: T, share = 0.3): T[] {
    return this.chance(share) ? [value] : []
  }

  /** One value, or an object without it. */
  maybe<Name extends string, T>(name: Name, value: T, share = 0.3): Partial<Record<Name, T>> {
    return this.chance(share) ? ({ [name]: value } as Partial<Record<Name, T>>) : {}
  }

  id(prefix: string): string {
    this.#ids += 1
    return `${prefix}_${this.#ids}${this.pick(['', 'a', '_-'])}`
  }

  /** Never blank, and without white space at its ends. */
  text(): string {
    const words = Array.from({ length: 1 + this.below(5) }, () => this.pick(textPieces))
    return words.join(this.pick([' ', '', '\n', '\t'])).trim() || 'x'
  }

  name(): string {
    return this.pick(names)
  }

  json(depth = 3): unknown {
    const kind = this.below(depth <= 0 ? 4 : 6)
    switch (kind) {
      case 0:
        return this.pick([0, 1, -1.5, 1e21, 0.1])
      case 1:
        return this.chance(0.5)
      case 2:
        return null
      case 3:
        return this.text()
      case 4:
        return Array.from({ length: this.below(4) }, () => this.json(depth - 1))
      default:
        return this.object(depth - 1)
    }
  }

  object(depth = 2): JsonObject {
    return Object.fromEntries(
      Array.from({ length: this.below(4) }, () => [this.name(), this.json(depth)]),
    )
  }

  /** A schema of an object, with nothing that dialects write in another way. */
  schema(): JsonObject {
    const property = () => ({
      type: this.pick(['string', 'integer', 'boolean']),
      description: this.text(),
    })
    const properties = Object.fromEntries(
      Array.from({ length: this.below(3) }, () => [this.name(), property()]),
    )
    return {
      type: 'object',
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    }
  }
}

const textPieces: readonly [string, ...string[]] = [
  'plain',
  'Grüße',
  '🌍👩‍👩‍👧',
  '"quoted" \\ back',
  '{"usage": {"a": 1}}',
  '[DONE]',
  'data: x',
  'event: error\n\ndata: {}',
  '\u2028\u2029',
  '</think>',
  'null',
  '\u0007',
  '日本語',
]

/** Legal names of tools and fields, also those of an object's own members. */
const names: readonly [string, ...string[]] = [
  'look_up',
  'a-b',
  'constructor',
  '__proto__',
  'toString',
  'type',
  'name',
  'x1',
  'default',
]
