import type { StructuralSchema } from '../schema/structural-schema.ts'

/** The path of a field that one schema has and the other has not, or with another type. */
export function differingField(
  one: StructuralSchema,
  other: StructuralSchema,
  path = '',
): string | undefined {
  if (kindOf(one) !== kindOf(other)) return path
  const names = new Set([
    ...Object.keys(one.properties ?? {}),
    ...Object.keys(other.properties ?? {}),
  ])
  for (const name of names) {
    const field = path === '' ? name : `${path}.${name}`
    const difference = differenceOf(one.properties?.[name], other.properties?.[name], field)
    if (difference !== undefined) return difference
  }
  return (
    differenceOf(one.items, other.items, `${path}[]`) ??
    differenceOf(valuesOf(one), valuesOf(other), `${path}.*`)
  )
}

function differenceOf(
  one: StructuralSchema | undefined,
  other: StructuralSchema | undefined,
  path: string,
): string | undefined {
  if (one === undefined && other === undefined) return undefined
  return one === undefined || other === undefined ? path : differingField(one, other, path)
}

function kindOf(schema: StructuralSchema): string {
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true
  return `${schema.type ?? ''} ${isOpen} ${schema['x-kubernetes-int-or-string'] === true}`
}

function valuesOf({ additionalProperties }: StructuralSchema): StructuralSchema | undefined {
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}
