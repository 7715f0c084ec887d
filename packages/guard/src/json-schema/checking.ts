import { isJsonObject } from '@fairlead/base'
import { CheckTooCostly } from './schema-errors.ts'
import type { SchemaNode } from './schema-node.ts'

/** Where a value does not fit, and why, in words for whoever writes it. */
export interface Violation {
  /** JSON Pointer into the value; empty for all of it. */
  readonly path: string
  readonly message: string
}

/** A value within the one that is checked. */
export interface Place {
  readonly value: unknown
  readonly path: string
  readonly depth: number
  /** What each schema has said of it: none is asked twice, which bounds what a schema can cost. */
  readonly known: Map<SchemaNode, readonly Violation[]>
  readonly within: Map<string | number, Place>
}

const violationsMax = 8
const depthMax = 200
/** About 50 ms. A step is one schema for one value. */
const stepsMax = 250_000
/** RE2 reads about eight million characters a second: this many take some 60 ms. */
const patternTextMax = 524_288
const countingFactor = 256

export const fits: readonly Violation[] = []

/** The check of one value. */
export class Checking {
  #steps = 0
  #patternText = 0

  violations(root: SchemaNode, value: unknown): readonly Violation[] {
    return this.of(root, placeOf(value, '', 0))
  }

  /** Why the value there does not fit a schema. */
  of(schema: SchemaNode, place: Place): readonly Violation[] {
    const known = place.known.get(schema)
    if (known !== undefined) return known
    this.spend(1)
    // A schema that refers to itself for the same value adds nothing to itself.
    place.known.set(schema, fits)
    let found = fits
    for (const keyword of schema.keywords) {
      const more = keyword(place, this)
      if (more.length > 0) found = [...found, ...more].slice(0, violationsMax)
    }
    place.known.set(schema, found)
    return found
  }

  /** A field or an item of the value there. */
  within(place: Place, key: string | number, value: unknown): Place {
    const known = place.within.get(key)
    if (known !== undefined) return known
    if (place.depth >= depthMax) throw new CheckTooCostly()
    const found = placeOf(value, `${place.path}/${escaped(key)}`, place.depth + 1)
    place.within.set(key, found)
    return found
  }

  /** The name of a field of the value there, as a value. */
  nameOf({ path, depth }: Place, name: string): Place {
    return placeOf(name, path, depth + 1)
  }

  spend(steps: number): void {
    this.#steps += steps
    if (this.#steps > stepsMax) throw new CheckTooCostly()
  }

  /** Before a text is compared with a pattern; one that counts repetitions costs that many times more. */
  spendOnPattern(text: string, isCounting: boolean): void {
    this.#patternText += text.length * (isCounting ? countingFactor : 1)
    if (this.#patternText > patternTextMax) throw new CheckTooCostly()
  }
}

/** The fields of an object that are its own; empty for any other value. */
export function fieldsOf({ value }: Place): readonly (readonly [string, unknown])[] {
  return isJsonObject(value) ? Object.entries(value) : []
}

export function violation({ path }: Place, message: string): readonly Violation[] {
  return [{ path, message }]
}

function placeOf(value: unknown, path: string, depth: number): Place {
  return { value, path, depth, known: new Map(), within: new Map() }
}

function escaped(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1')
}
