import type { DefinedResource } from '../crd/define-resource.ts'
import type { TypedObject } from '../object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'

/** Fields that may change on a round trip, with all that is below them. */
export class LossyFields {
  readonly #paths: readonly string[]

  /** @throws TypeError for a field that no version has: probably it is misspelt */
  constructor(paths: readonly string[], versions: readonly DefinedResource<TypedObject>[]) {
    for (const path of paths) {
      if (versions.some(({ schema }) => hasField(schema, segmentsOf(path)))) continue
      throw new TypeError(`no version has the lossy field ${path}`)
    }
    this.#paths = paths
  }

  /** @param path of a difference, such as `spec.rules[0].port`, or of a field that has it in it */
  includes(path: string): boolean {
    const plain = withoutIndices(path)
    return this.#paths.some(
      (lossy) => plain === lossy || plain.startsWith(`${lossy}.`) || plain.startsWith(`${lossy}[`),
    )
  }
}

/** `spec.rules[0].port` as `spec.rules[].port`. */
export function withoutIndices(path: string): string {
  return path.replaceAll(/\[\d+\]/g, '[]')
}

/** `spec.rules[].port` has the segments `spec`, `rules`, `[]` and `port`. */
function segmentsOf(path: string): readonly string[] {
  return path.replaceAll('[]', '.[]').split('.')
}

function hasField(schema: StructuralSchema, [name, ...rest]: readonly string[]): boolean {
  if (name === undefined || name === '') return true
  const { properties, items, additionalProperties } = schema
  if (name === '[]') return items !== undefined && hasField(items, rest)
  const field =
    properties?.[name] ??
    (typeof additionalProperties === 'object' ? additionalProperties : undefined)
  if (field !== undefined) return hasField(field, rest)
  return schema['x-kubernetes-preserve-unknown-fields'] === true
}
