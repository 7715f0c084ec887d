import type { GoField, GoPackage } from './go-structs.ts'
import type { PublishedSchema } from './published-documents.ts'

const scalars = new Set(['string', 'bool', 'int32', 'int64', 'float64', 'int', 'byte', 'uint8'])

/** A package by its import path, and the prefix of its types' published names. */
export interface NamedPackage {
  readonly path: string
  readonly prefix: string
  readonly content: GoPackage
}

type FieldRow = readonly [
  json: string,
  protobuf: number,
  type: string,
  flags: string,
  merging?: Readonly<Record<string, unknown>>,
]

/**
 * The table of types, as `api-types/api-type.ts` reads it: by published name the fields, each as
 * name, protobuf number, type, flags (`o` omitted when empty, `i` inline) and, where published, how
 * lists merge and what the default is.
 */
export function typeTable(
  packages: readonly NamedPackage[],
  schemas: ReadonlyMap<string, PublishedSchema>,
): Record<string, readonly FieldRow[]> {
  const byPath = new Map(packages.map((each) => [each.path, each]))
  const rows: Record<string, readonly FieldRow[]> = {}
  for (const each of packages) {
    for (const [name, fields] of each.content.structs) {
      if (!/^[A-Z]/.test(name)) continue
      const published = `${each.prefix}.${name}`
      const schema = schemas.get(published)
      // What holds something from elsewhere, such as a time, encodes itself.
      const isOwn = fields.some(({ type }) => !isKnown(each, type))
      rows[published] = isOwn ? [] : fields.flatMap((field) => rowOf(each, field, schema))
    }
    for (const [name, type] of each.content.named) {
      // Protobuf wraps a named list in a message of its own.
      if (type === '[]string') rows[`${each.prefix}.${name}`] = [['', 1, '[]string', 'w']]
    }
  }
  return Object.fromEntries(Object.entries(rows).toSorted(([a], [b]) => (a < b ? -1 : 1)))

  function rowOf(
    own: NamedPackage,
    field: GoField,
    schema: PublishedSchema | undefined,
  ): FieldRow[] {
    if (field.type.endsWith('TypeMeta')) return [['', 0, 'TypeMeta', 'i']]
    const isRaw = field.json === '' && !field.isInline
    if (isRaw && field.protobuf === 0) return []
    const flags = `${field.omitsEmpty ? 'o' : ''}${field.isInline ? 'i' : ''}`
    const type = typeName(own, field.type)
    const merging = mergingOf(schema?.properties?.[field.json])
    const row = [field.json, field.protobuf, type, flags] as const
    return [merging === undefined ? row : [...row, merging]]
  }

  function isKnown(own: NamedPackage, type: string): boolean {
    const alias = /(\w+)\.\w+$/.exec(type)?.[1]
    return alias === undefined || byPath.has(own.content.imports.get(alias) ?? '')
  }

  /** `*`, `[]` and `map[K]` as in Go; then a scalar, `scalar:GoName` or a published name. */
  function typeName(own: NamedPackage, type: string): string {
    if (type.startsWith('*')) return `*${typeName(own, type.slice(1))}`
    if (type === '[]byte') return 'bytes'
    if (type.startsWith('[]')) return `[]${typeName(own, type.slice(2))}`
    const map = /^map\[([\w.]+)\](.+)$/.exec(type)
    if (map !== null) return `map[${typeName(own, map[1] ?? '')}]${typeName(own, map[2] ?? '')}`
    if (scalars.has(type)) return type
    const [alias, name] = type.includes('.') ? type.split('.') : ['', type]
    const path = alias === '' ? own.path : own.content.imports.get(alias ?? '')
    const home = byPath.get(path ?? '')
    if (home === undefined || name === undefined) throw new Error(`${type} in ${own.path}`)
    if (home.content.structs.has(name)) return `${home.prefix}.${name}`
    const underlying = home.content.named.get(name)
    if (underlying === undefined) throw new Error(`${type} in ${own.path} is not declared`)
    if (underlying === '[]string') return `${home.prefix}.${name}`
    const resolved = typeName(home, underlying)
    const goName = `${home.path.slice(home.path.lastIndexOf('/') + 1)}.${name}`
    return scalars.has(resolved) ? `${resolved}:${goName}` : resolved
  }
}

function mergingOf(
  schema: PublishedSchema | undefined,
): Readonly<Record<string, unknown>> | undefined {
  if (schema === undefined) return undefined
  const merging = {
    list: schema['x-kubernetes-list-type'],
    keys: schema['x-kubernetes-list-map-keys'],
    map: schema['x-kubernetes-map-type'],
    mergeKey: schema['x-kubernetes-patch-merge-key'],
    strategy: schema['x-kubernetes-patch-strategy'],
    default: isZero(schema.default) ? undefined : schema.default,
  }
  const given = Object.entries(merging).filter(([, value]) => value !== undefined)
  return given.length === 0 ? undefined : Object.fromEntries(given)
}

function isZero(value: unknown): boolean {
  return value === undefined || ['{}', '""', '0', 'false'].includes(JSON.stringify(value))
}
