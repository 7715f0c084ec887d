import type { StructuralSchema } from '@fairlead/kube-core'

/** An object of a kind's schema that has named fields. */
export interface SchemaObject {
  /** As in `spec.rules[].targets[]`; of a map, `spec.variables.<name>`. */
  readonly path: string
  /** The fields on the way to it, `[]` for an item of a list, `<name>` for a value of a map. */
  readonly steps: readonly string[]
  readonly schema: StructuralSchema & { readonly properties: Record<string, StructuralSchema> }
}

/** A step into each item of a list, and one into each value of a map. */
export const listStep = '[]'
export const mapStep = '<name>'

/** The object and all that are in it, each before those within it, in the order of the schema. */
export function schemaObjects(
  schema: StructuralSchema,
  steps: readonly string[],
): readonly SchemaObject[] {
  const { additionalProperties, items, properties } = schema
  if (items !== undefined) return schemaObjects(items, [...steps, listStep])
  if (typeof additionalProperties === 'object') {
    return schemaObjects(additionalProperties, [...steps, mapStep])
  }
  if (properties === undefined) return []
  return [
    { path: pathOf(steps), steps, schema: { ...schema, properties } },
    ...Object.entries(properties).flatMap(([name, field]) =>
      schemaObjects(field, [...steps, name]),
    ),
  ]
}

/** The steps as one path. */
function pathOf(steps: readonly string[]): string {
  return steps.join('.').replaceAll(`.${listStep}`, listStep)
}

/** Everything that stands at these steps in a value. */
export function valuesAt(value: unknown, steps: readonly string[]): readonly unknown[] {
  const [step, ...rest] = steps
  if (step === undefined) return [value]
  if (typeof value !== 'object' || value === null) return []
  if (step === listStep || step === mapStep) {
    return Object.values(value).flatMap((each) => valuesAt(each, rest))
  }
  return Object.hasOwn(value, step) ? valuesAt((value as Record<string, unknown>)[step], rest) : []
}
