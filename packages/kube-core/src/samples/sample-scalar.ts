import type { StructuralSchema } from '../schema/structural-schema.ts'
import type { Draw } from './draw.ts'
import { type PatternNode, parsePattern } from './pattern-syntax.ts'
import { sampleFormat } from './sample-format.ts'
import { samplePattern } from './sample-pattern.ts'

const integerMax = 1000

/** A number within the limits of its schema, often one of these. */
export function sampleNumber(schema: StructuralSchema, draw: Draw): number {
  const step = schema.multipleOf ?? (schema.type === 'number' && draw.chance(0.3) ? 0.25 : 1)
  const { minimum, maximum } = schema
  const above = minimum ?? (maximum !== undefined && maximum < 0 ? maximum - integerMax : 0)
  const below = maximum ?? Math.max(above, 0) + integerMax
  const least = Math.ceil(above / step) + (schema.exclusiveMinimum && above % step === 0 ? 1 : 0)
  const most = Math.floor(below / step) - (schema.exclusiveMaximum && below % step === 0 ? 1 : 0)
  const steps = draw.chance(0.2) ? draw.pick([least, most]) : draw.between(least, most)
  return steps === 0 ? 0 : steps * step
}

const texts = [
  '',
  'a',
  'b',
  'word',
  'two words',
  '0',
  'true',
  'null',
  'é',
  '日本',
  'a/b',
  '{"a":1}',
]
const alphabet = Array.from('abcdefghijklmnopqrstuvwxyz0123456789-')

/** Strings; keeps what it has read of patterns. One for many values. */
export class TextSampler {
  readonly #draw: Draw
  /** At most one entry for each pattern in the schemas. */
  readonly #patterns = new Map<string, PatternNode>()

  constructor(draw: Draw) {
    this.#draw = draw
  }

  /**
   * A text that probably fits the schema: whoever wants it valid checks it and asks again.
   * @param attempt how often it was asked for before: later texts are longer
   * @throws SyntaxError for a pattern that cannot be sampled
   */
  sample(schema: StructuralSchema, attempt: number): string {
    const draw = this.#draw
    const { pattern, format, minLength = 0, maxLength = Infinity } = schema
    if (pattern !== undefined) {
      const extra = attempt % 2 === 0 ? 3 : Math.max(8, minLength)
      return samplePattern(this.#pattern(pattern), draw, Math.min(extra, 256))
    }
    const formatted = format === undefined ? undefined : sampleFormat(format, draw)
    if (formatted !== undefined) return formatted
    const known = draw.pick(texts)
    if (draw.chance(0.5) && known.length >= minLength && known.length <= maxLength) return known
    const length = draw.between(minLength, Math.min(maxLength, minLength + 12))
    return Array.from({ length }, () => draw.pick(alphabet)).join('')
  }

  #pattern(pattern: string): PatternNode {
    const known = this.#patterns.get(pattern)
    if (known !== undefined) return known
    const parsed = parsePattern(pattern)
    this.#patterns.set(pattern, parsed)
    return parsed
  }
}
