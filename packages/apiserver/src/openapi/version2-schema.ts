import type { StructuralSchema } from '@fairlead/kube-core'

/**
 * A schema as v2 can express it: without nullable, combinators and defaults, and without parts that
 * clients of v2 take for more than they are; as ToStructuralOpenAPIV2 in apiextensions-apiserver.
 */
export function version2Schema(schema: StructuralSchema): StructuralSchema {
  const { nullable, allOf: _1, anyOf: _2, oneOf: _3, not: _4, default: _5, ...kept } = schema
  const { type, properties, items, additionalProperties, required: _6, ...rest } = kept
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true
  const hasParts = nullable !== true && !isOpen
  const shownItems = hasParts ? items : undefined
  const isTyped =
    type !== undefined &&
    nullable !== true &&
    !(type === 'array' && shownItems === undefined) &&
    !(type === 'object' && isOpen)
  const needed = neededOf(hasParts ? schema : { ...schema, properties: {} })
  return {
    ...rest,
    ...(isTyped ? { type } : {}),
    ...(needed === undefined ? {} : { required: needed }),
    ...(properties === undefined || !hasParts ? {} : { properties: each(properties) }),
    ...(shownItems === undefined ? {} : { items: version2Schema(shownItems) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties:
            typeof additionalProperties === 'object'
              ? version2Schema(additionalProperties)
              : additionalProperties,
        }),
  }
}

function each(
  properties: Readonly<Record<string, StructuralSchema>>,
): Record<string, StructuralSchema> {
  return Object.fromEntries(
    Object.entries(properties).map(([name, property]) => [name, version2Schema(property)]),
  )
}

/** What may be null need not be there. */
function neededOf({
  required,
  properties = {},
  additionalProperties,
}: Pick<StructuralSchema, 'required' | 'properties' | 'additionalProperties'>):
  string[] | undefined {
  if (typeof additionalProperties === 'object' && additionalProperties.nullable) return undefined
  const needed = required?.filter((name) => properties[name]?.nullable !== true)
  return needed?.length === 0 ? undefined : needed
}
