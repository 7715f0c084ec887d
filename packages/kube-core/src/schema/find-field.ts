import type { StructuralSchema } from './structural-schema.ts'

/** A field that a path leads to. */
export interface FoundField {
  /** Normalised: `a.b[key]`. */
  readonly path: string
  readonly segments: readonly string[]
  readonly schema: StructuralSchema
}

/** Thrown for a path that leads to no declared field; the message says why, as the API server does. */
export class FieldPathError extends Error {
  override name = 'FieldPathError'
}

/**
 * Follows a path such as `.a.b['c-d']` through properties and maps. As ValidFieldPath in Kubernetes'
 * apiextensions-apiserver, in the same wording.
 * @param brackets whether `['name']` is allowed
 * @throws FieldPathError
 */
export function findField(path: string, schema: StructuralSchema, brackets = true): FoundField {
  const tokens = tokensOf(path)
  const segments: string[] = []
  let normalised = ''
  let current = schema
  const enter = (name: string): void => {
    const { properties, additionalProperties } = current
    if (properties && Object.keys(properties).length > 0) {
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined
      if (!property) throw new FieldPathError('does not refer to a valid field')
      normalised = normalised === '' ? name : `${normalised}.${name}`
      current = property
    } else if (typeof additionalProperties === 'object') {
      normalised = `${normalised}[${name}]`
      current = additionalProperties
    } else throw new FieldPathError('does not refer to a valid field')
    segments.push(name)
  }
  let index = 0
  const next = (): string => {
    const token = tokens[index++]
    if (token === undefined) throw new FieldPathError('unexpected end of JSON path')
    return token
  }
  while (index < tokens.length) {
    const token = next()
    if (token === '[') {
      if (!brackets) throw new FieldPathError('array notation is not allowed')
      enter(quotedName(next()))
      const closing = next()
      if (closing !== ']') throw new FieldPathError(`expected ] but got ${closing}`)
    } else if (token === '.') enter(next())
    else throw new FieldPathError(`expected [ or . but got: ${token}`)
  }
  return { path: normalised, segments, schema: current }
}

/** The delimiters `.`, `[` and `]`, texts in single quotes, and what is between them. */
function tokensOf(path: string): string[] {
  return path.match(/[.[\]]|'(?:[^'\\]|\\[^])*'|'[^]*$|[^.[\]]+/g) ?? []
}

function quotedName(token: string): string {
  if (token.length < 2 || !token.startsWith("'") || !token.endsWith("'")) {
    throw new FieldPathError(`expected single quoted string but got ${token}`)
  }
  return token.slice(1, -1).replace(/\\(['\\])/g, '$1')
}
