import { isJsonObject, type JsonObject } from '@fairlead/base'

/** Keywords whose value maps names to schemas. */
const schemaMaps: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  'dependentSchemas',
])
/** Keywords whose value is data, or schemas that only references use. */
const notApplied: ReadonlySet<string> = new Set([
  'const',
  'default',
  'definitions',
  '$defs',
  'enum',
  'examples',
])
const references: readonly string[] = ['$ref', '$dynamicRef']

/** Schemas that one value may be checked with, references followed. */
const appliedMax = 2000

/**
 * Why a schema's checks could take more time than its length shows, or check something else than it
 * says; undefined if they do not. References are followed as often as they are used: a few that
 * each use the next one twice multiply, and one that leads back to itself has no end.
 */
export function referenceProblem(schema: JsonObject): string | undefined {
  try {
    const applied = new ReferenceWalk(schema).countApplied(schema)
    return applied > appliedMax
      ? `its references apply more than ${appliedMax} schemas to one value`
      : undefined
  } catch (error) {
    if (error instanceof ReferenceProblem) return error.message
    throw error
  }
}

class ReferenceProblem extends Error {
  override readonly name = 'ReferenceProblem'
}

class ReferenceWalk {
  readonly #root: JsonObject
  readonly #anchors = new Map<string, JsonObject>()
  /** Undefined while a schema is being counted. */
  readonly #counted = new Map<object, number | undefined>()

  constructor(root: JsonObject) {
    this.#root = root
    this.#readAnchors(root)
  }

  /** How many schemas are applied, counted no further than just past the limit. */
  countApplied(value: unknown): number {
    if (typeof value !== 'object' || value === null) return 1
    if (this.#counted.has(value)) {
      const known = this.#counted.get(value)
      if (known === undefined) throw new ReferenceProblem('it refers to itself')
      return known
    }
    this.#counted.set(value, undefined)
    let applied = 1
    for (const part of this.#partsOf(value)) {
      applied += this.countApplied(part)
      if (applied > appliedMax) break
    }
    this.#counted.set(value, applied)
    return applied
  }

  #partsOf(value: object): unknown[] {
    if (Array.isArray(value)) return value
    return Object.entries(value).flatMap(([keyword, part]: [string, unknown]): unknown[] => {
      if (notApplied.has(keyword)) return []
      if (schemaMaps.has(keyword) && isJsonObject(part)) {
        if (Object.hasOwn(part, '__proto__')) {
          throw new ReferenceProblem('a property cannot be named __proto__')
        }
        return Object.values(part)
      }
      return references.includes(keyword) && typeof part === 'string'
        ? [this.#target(part)]
        : [part]
    })
  }

  #target(reference: string): unknown {
    const target = reference.startsWith('#/')
      ? this.#at(reference)
      : reference === '#'
        ? this.#root
        : this.#anchors.get(reference)
    if (target === undefined) {
      throw new ReferenceProblem(
        `the reference ${JSON.stringify(reference.slice(0, 64))} is not '#', '#/' and a path, or '#' and an anchor of this schema`,
      )
    }
    return target
  }

  #at(pointer: string): unknown {
    let value: unknown = this.#root
    for (const step of pointer.slice(2).split('/')) {
      const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
        return undefined
      value = (value as Readonly<Record<string, unknown>>)[name]
    }
    return value
  }

  #readAnchors(value: unknown): void {
    if (typeof value !== 'object' || value === null) return
    for (const [name, part] of Object.entries(value)) {
      if ((name === '$anchor' || name === '$dynamicAnchor') && typeof part === 'string') {
        this.#anchors.set(`#${part}`, value as JsonObject)
      } else if (name === '$id' && typeof part === 'string' && value !== this.#root) {
        throw new ReferenceProblem('only the whole schema can have an $id')
      } else {
        this.#readAnchors(part)
      }
    }
  }
}
