import { isJsonObject, type JsonObject } from '@fairlead/base'
import { compilePattern, type Pattern } from '@fairlead/cel'
import { applicators } from './applicators.ts'
import { assertions } from './assertions.ts'
import { violation } from './checking.ts'
import type { KeywordReader, SchemaPattern, SchemaReader } from './keyword-reader.ts'
import { SchemaUnusable } from './schema-errors.ts'
import type { Keyword, SchemaNode } from './schema-node.ts'

const schemasMax = 10_000
const depthMax = 200
/** Compiling them takes some 100 ms at the most. */
const patternsMax = 64
const patternLengthMax = 4096

/** Keywords that say nothing of a value by themselves. */
const silent: ReadonlySet<string> = new Set([
  '$schema',
  '$comment',
  '$defs',
  'definitions',
  '$anchor',
  '$vocabulary',
  'title',
  'description',
  'default',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
  'format',
  'contentEncoding',
  'contentMediaType',
  'contentSchema',
  'nullable',
  // Read with the keyword that they belong to.
  'then',
  'else',
  'minContains',
  'maxContains',
])

/** They change what a reference means, or need what other keywords have seen. */
const refused: ReadonlySet<string> = new Set([
  '$dynamicRef',
  '$recursiveRef',
  'unevaluatedProperties',
  'unevaluatedItems',
])

/** Throws `SchemaUnusable`. Keywords that nobody knows are annotations, as the specification says. */
export function readSchema(root: JsonObject): SchemaNode {
  const read = new Map<unknown, SchemaNode>()
  const patterns = new Map<string, SchemaPattern>()
  let patternLength = 0

  const reader: SchemaReader = {
    schema(value, path) {
      const known = typeof value === 'object' ? read.get(value) : undefined
      if (known !== undefined) return known
      if (read.size >= schemasMax || depthOf(path) > depthMax) {
        throw new SchemaUnusable(`${path}: the schema is too large`)
      }
      if (typeof value === 'boolean') return value ? everything : nothing
      if (!isJsonObject(value)) throw new SchemaUnusable(`${path}: expected a schema`)
      // Known before its keywords are read, as they may refer to it.
      const node: SchemaNode = { keywords: [] }
      read.set(value, node)
      node.keywords = readKeywords(value, path, reader)
      return node
    },
    pattern(value, path) {
      if (typeof value !== 'string') throw new SchemaUnusable(`${path}: expected a pattern`)
      const known = patterns.get(value)
      if (known !== undefined) return known
      patternLength += value.length
      if (patterns.size >= patternsMax || patternLength > patternLengthMax) {
        throw new SchemaUnusable(`${path}: the schema has too many or too long patterns`)
      }
      const pattern = compiled(value, path)
      const found = { pattern, isCounting: /\{\d/.test(value) }
      patterns.set(value, found)
      return found
    },
    reference(reference, path) {
      return reader.schema(resolve(root, reference, path), path)
    },
  }
  return reader.schema(root, '#')
}

const everything: SchemaNode = { keywords: [] }
const nothing: SchemaNode = { keywords: [(place) => violation(place, 'must not be there')] }

function readKeywords(schema: JsonObject, path: string, reader: SchemaReader): readonly Keyword[] {
  return Object.keys(schema).flatMap((name) => {
    const at = `${path}/${name}`
    if (refused.has(name) || (name === '$id' && path !== '#')) {
      throw new SchemaUnusable(`${at}: ${name} is not supported`)
    }
    const readKeyword: KeywordReader | undefined = applicators.get(name) ?? assertions.get(name)
    if (silent.has(name) || readKeyword === undefined) return []
    return readKeyword(schema[name], { path: at, schema, reader })
  })
}

function compiled(text: string, path: string): Pattern {
  try {
    return compilePattern(text)
  } catch (cause) {
    const problem = 'the pattern cannot be read, or needs what RE2 does not have'
    throw new SchemaUnusable(`${path}: ${problem}`, { cause })
  }
}

function resolve(root: JsonObject, reference: unknown, path: string): unknown {
  if (typeof reference !== 'string' || !reference.startsWith('#')) {
    throw new SchemaUnusable(`${path}: only references within the schema are followed`)
  }
  const fragment = decoded(reference.slice(1), path)
  if (fragment !== '' && !fragment.startsWith('/')) return anchored(root, fragment, path)
  let found: unknown = root
  for (const token of fragment.split('/').slice(1)) {
    const key = token.replaceAll('~1', '/').replaceAll('~0', '~')
    found =
      typeof found === 'object' && found !== null && Object.hasOwn(found, key)
        ? Reflect.get(found, key)
        : undefined
  }
  if (found === undefined) throw new SchemaUnusable(`${path}: ${reference} leads to nothing`)
  return found
}

function decoded(fragment: string, path: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    throw new SchemaUnusable(`${path}: #${fragment} is not a reference`)
  }
}

/** The schema of that `$anchor`, among those that are defined at the top. */
function anchored(root: JsonObject, anchor: string, path: string): unknown {
  const defined = [root['$defs'], root['definitions']].flatMap((schemas) =>
    isJsonObject(schemas) ? Object.values(schemas) : [],
  )
  const found = [root, ...defined].find(
    (schema) => isJsonObject(schema) && schema['$anchor'] === anchor,
  )
  if (found === undefined) throw new SchemaUnusable(`${path}: #${anchor} leads to nothing`)
  return found
}

function depthOf(path: string): number {
  let depth = 0
  for (const character of path) if (character === '/') depth++
  return depth
}
