import { isJsonObject } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'

/** A field that is accepted although it is not implemented yet. */
export interface UnsupportedField {
  /**
   * Path from the object's root; `[]` stands for every entry of a list, `[+]` for every one but the
   * first, `{}` for every entry of a map.
   */
  readonly path: string
  /** Values that are supported, besides absent, empty string, empty list and empty object. */
  readonly unless?: readonly unknown[]
  /** What happens instead; by default the field is ignored. */
  readonly instead?: string
}

interface PathStep {
  readonly name: string
  /** Continues with every entry of the list or map of that name. */
  readonly everyEntry: boolean
  /** The first entry of a list that it continues with. */
  readonly firstEntry: number
}

function toStep(segment: string): PathStep {
  const name = segment.replace(/\[\+?\]$|\{\}$/, '')
  return { name, everyEntry: name !== segment, firstEntry: segment.endsWith('[+]') ? 1 : 0 }
}

/** Names the unsupported fields that a resource sets: `spec.limits.maxConcurrent (ignored)`. */
type UnsupportedFieldsReader = (resource: TypedObject) => readonly string[]

/** Splits the paths once, for all resources of a kind. */
export function unsupportedFieldsReader(
  fields: readonly UnsupportedField[],
): UnsupportedFieldsReader {
  const split = fields.map((field) => ({ ...field, steps: field.path.split('.').map(toStep) }))
  return (resource) =>
    split.flatMap(({ steps, unless, instead }) => {
      const found: string[] = []
      collect(resource, steps, 0, '', unless ?? [], found)
      return found.map((path) => `${path} (${instead ?? 'ignored'})`)
    })
}

/** Adds the paths of all values, from the given step on, that are not supported. */
function collect(
  value: unknown,
  steps: readonly PathStep[],
  at: number,
  path: string,
  unless: readonly unknown[],
  found: string[],
): void {
  const step = steps[at]
  if (step === undefined) {
    if (asksForSomething(value, unless)) found.push(path)
    return
  }
  if (!isJsonObject(value) || !Object.hasOwn(value, step.name)) return
  const child = value[step.name]
  const childPath = path === '' ? step.name : `${path}.${step.name}`
  if (!step.everyEntry) {
    collect(child, steps, at + 1, childPath, unless, found)
  } else if (Array.isArray(child)) {
    child.slice(step.firstEntry).forEach((entry, index) => {
      const entryPath = `${childPath}[${index + step.firstEntry}]`
      collect(entry, steps, at + 1, entryPath, unless, found)
    })
  } else if (isJsonObject(child)) {
    for (const [key, entry] of Object.entries(child)) {
      collect(entry, steps, at + 1, `${childPath}.${key}`, unless, found)
    }
  }
}

function asksForSomething(value: unknown, unless: readonly unknown[]): boolean {
  if (value === undefined || value === null || value === '' || unless.includes(value)) return false
  return typeof value !== 'object' || Object.keys(value).length > 0
}
