import type { Pattern } from '@fairlead/cel'
import { isJsonObject, type JsonObject } from '@fairlead/base'
import { SchemaUnusable } from './schema-errors.ts'
import type { Keyword, SchemaNode } from './schema-node.ts'

/** Reads one keyword of a schema. Throws `SchemaUnusable`. */
export type KeywordReader = (value: unknown, where: KeywordPlace) => Keyword

/** Where a keyword stands. */
export interface KeywordPlace {
  readonly path: string
  /** The schema that it is a keyword of. */
  readonly schema: JsonObject
  readonly reader: SchemaReader
}

/** A pattern of RE2, which takes time linear in the text. */
export interface SchemaPattern {
  readonly pattern: Pattern
  /** Whether it says how often something comes, which costs as much as so many patterns. */
  readonly isCounting: boolean
}

/** Reads schemas within the one that is read. */
export interface SchemaReader {
  schema(value: unknown, path: string): SchemaNode
  /** A pattern of the schema. */
  pattern(value: unknown, path: string): SchemaPattern
  /** The schema that a `$ref` leads to. */
  reference(reference: unknown, path: string): SchemaNode
}

export function schemaList(value: unknown, { path, reader }: KeywordPlace): readonly SchemaNode[] {
  if (!Array.isArray(value) || value.length === 0)
    throw new SchemaUnusable(`${path}: expected a list of schemas`)
  return value.map((schema, index) => reader.schema(schema, `${path}/${index}`))
}

export function schemaMap(
  value: unknown,
  { path, reader }: KeywordPlace,
): ReadonlyMap<string, SchemaNode> {
  if (!isJsonObject(value)) throw new SchemaUnusable(`${path}: expected schemas by name`)
  return new Map(
    Object.entries(value).map(([name, schema]) => [name, reader.schema(schema, `${path}/${name}`)]),
  )
}

export function numberAt(value: unknown, { path }: KeywordPlace): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) {
    throw new SchemaUnusable(`${path}: expected a number`)
  }
  return value
}

export function countAt(value: unknown, where: KeywordPlace): number {
  const count = numberAt(value, where)
  if (count < 0 || !Number.isInteger(count)) {
    throw new SchemaUnusable(`${where.path}: expected a whole number from 0`)
  }
  return count
}

export function namesAt(value: unknown, { path }: KeywordPlace): readonly string[] {
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    throw new SchemaUnusable(`${path}: expected a list of names`)
  }
  return value
}
