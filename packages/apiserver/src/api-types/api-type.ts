import { lazily, readTable } from './read-data.ts'

/** A scalar of Go; `bytes` is base64 in JSON. */
export type ScalarName = 'string' | 'bool' | 'int32' | 'int64' | 'float64' | 'bytes'

/** The type of a field, as Go declares it. */
export type ApiFieldType =
  | {
      readonly kind: 'scalar'
      readonly scalar: ScalarName
      /** As messages name it, such as `string` or `v1.PullPolicy`. */
      readonly goType: string
      readonly isPointer: boolean
    }
  /** `type` is the name of another type of the table. */
  | { readonly kind: 'type'; readonly type: string; readonly isPointer: boolean }
  | { readonly kind: 'list'; readonly items: ApiFieldType }
  | { readonly kind: 'map'; readonly keys: ApiFieldType; readonly values: ApiFieldType }

/** How several writers of a field come together, as published; all absent for most fields. */
interface Merging {
  readonly list?: 'atomic' | 'set' | 'map'
  /** The fields that tell the items of a `map` list apart. */
  readonly keys?: readonly string[]
  readonly map?: 'atomic' | 'granular'
  /** For strategic merge patches. */
  readonly mergeKey?: string
  readonly strategy?: string
  /** The default that OpenAPI publishes. */
  readonly default?: unknown
}

export interface ApiField {
  /** JSON name. Empty for a field whose own fields stand in its place, and for a wrapped value. */
  readonly name: string
  /** Protobuf number; 0 for one that is only in JSON. */
  readonly number: number
  readonly type: ApiFieldType
  /** Left out of JSON when it has Go's zero value. */
  readonly omitsEmpty: boolean
  /** In JSON, the fields of its type stand among those of the struct. */
  readonly isInline: boolean
  readonly merging: Merging
}

/** A struct of Kubernetes' API in Go. */
export interface ApiType {
  /** As OpenAPI names it: `io.k8s.api.core.v1.PodSpec`. */
  readonly name: string
  /** As Go names it in its package: `PodSpec`. */
  readonly goName: string
  readonly fields: readonly ApiField[]
  /** Whether it has `kind` and `apiVersion`. */
  readonly hasTypeMeta: boolean
  /** For a named list, such as `ExtraValue`: in JSON the list itself, in protobuf a message of it. */
  readonly isWrapped: boolean
}

type FieldRow = readonly [
  name: string,
  number: number,
  type: string,
  flags: string,
  merging?: Merging,
]

interface Tables {
  readonly rows: Readonly<Record<string, readonly FieldRow[]>>
  readonly types: Map<string, ApiType>
}

const tables = lazily<Tables>(() => ({
  rows: readTable('types.json') as Tables['rows'],
  types: new Map(),
}))

/**
 * A type of Kubernetes 1.32 by its published name, read from the table when first asked for.
 * Types that encode themselves, such as `Quantity` and `Time`, have no fields.
 * @throws when there is none
 */
export function apiType(name: string): ApiType {
  const { rows, types } = tables()
  const known = types.get(name)
  if (known !== undefined) return known
  const found = rows[name]
  if (found === undefined) throw new Error(`Kubernetes has no type ${name}`)
  const type: ApiType = {
    name,
    goName: name.slice(name.lastIndexOf('.') + 1),
    fields: found.filter(([, , each]) => each !== 'TypeMeta').map(fieldOf),
    hasTypeMeta: found.some(([, , each]) => each === 'TypeMeta'),
    isWrapped: found.some(([, , , flags]) => flags.includes('w')),
  }
  types.set(name, type)
  return type
}

/** Whether Kubernetes 1.32 has a type of this published name. */
export function hasApiType(name: string): boolean {
  return Object.hasOwn(tables().rows, name)
}

function fieldOf([name, number, type, flags, merging = {}]: FieldRow): ApiField {
  return {
    name,
    number,
    type: typeOf(type),
    omitsEmpty: flags.includes('o'),
    isInline: flags.includes('i'),
    merging,
  }
}

function typeOf(text: string): ApiFieldType {
  if (text.startsWith('[]')) return { kind: 'list', items: typeOf(text.slice(2)) }
  const map = /^map\[([^\]]+)\](.+)$/.exec(text)
  if (map !== null) return { kind: 'map', keys: typeOf(map[1] ?? ''), values: typeOf(map[2] ?? '') }
  const isPointer = text.startsWith('*')
  const name = isPointer ? text.slice(1) : text
  if (name.startsWith('io.')) return { kind: 'type', type: name, isPointer }
  const [scalar = '', goType = scalar] = name.split(':')
  return { kind: 'scalar', scalar: scalar as ScalarName, goType, isPointer }
}
