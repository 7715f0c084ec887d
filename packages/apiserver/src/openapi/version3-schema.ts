import type { StructuralSchema } from '@fairlead/kube-core'

/** A schema in which what is a number or a text says so in OpenAPI's own words, too. */
export function version3Schema(schema: StructuralSchema): StructuralSchema {
  const { properties, items, additionalProperties } = schema
  return {
    ...schema,
    ...(schema['x-kubernetes-int-or-string'] === true ? alternatives(schema) : {}),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, each]) => [name, version3Schema(each)]),
          ),
        }),
    ...(items === undefined ? {} : { items: version3Schema(items) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: version3Schema(additionalProperties) }
      : {}),
  }
}

const numberOrText: StructuralSchema[] = [{ type: 'integer' }, { type: 'string' }]

/** As Unfold in apiextensions-apiserver's schemas: beside other alternatives it is one of all. */
function alternatives({ anyOf, allOf }: StructuralSchema): Partial<StructuralSchema> {
  if (anyOf === undefined || anyOf.length === 0) return { anyOf: numberOrText }
  const isSaid = [anyOf, ...(allOf ?? []).map((each) => each.anyOf)].some(
    (each) => each?.[0]?.type === 'integer' && each[1]?.type === 'string',
  )
  return isSaid ? {} : { allOf: [{ anyOf: numberOrText }, ...(allOf ?? [])] }
}
