import { deepEqual } from '../deep-equal.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'

/** One branch of a union, compiled, and whether it allows fields of others. */
interface UnionBranch {
  readonly schema: StructuralSchema
  readonly isClosed: boolean
}

/** What the branches of a union of objects are made of in the structural form. */
interface ObjectUnion {
  /** Of all branches: only the root of a combination may describe fields. */
  readonly properties: Record<string, StructuralSchema>
  /** What every branch requires. */
  readonly required: readonly string[]
  /** What is left of each branch: which fields it requires and forbids, and their values. */
  readonly branches: readonly StructuralSchema[]
}

/**
 * The structural form of a union of objects, such as one that a field discriminates. Branches may share
 * fields that are alike but for their `enum`. Throws a `TypeError` for those that differ, and for
 * defaults, which would be given to objects of all branches.
 */
export function objectUnion(branches: readonly UnionBranch[], path: string): ObjectUnion {
  const properties: Record<string, StructuralSchema> = {}
  for (const { schema } of branches) {
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const known = properties[name]
      properties[name] = known ? merged(known, property, `${path}.${name}`) : property
      if (property.default !== undefined) {
        throw new TypeError(`${path}.${name}: a field of one branch of a union has no default`)
      }
    }
  }
  const [first, ...others] = branches.map(({ schema }) => schema.required ?? [])
  const required = (first ?? []).filter((name) => others.every((each) => each.includes(name)))
  return {
    properties,
    required,
    branches: branches.map((branch) => remainder(branch, properties, required)),
  }
}

function merged(one: StructuralSchema, other: StructuralSchema, path: string): StructuralSchema {
  const { enum: values, description, ...same } = one
  const { enum: others, description: _, ...alike } = other
  if (!deepEqual(same, alike)) {
    throw new TypeError(`${path}: the branches of a union may differ in the values of a field only`)
  }
  const text = description === undefined ? {} : { description }
  if (values === undefined || others === undefined) return { ...same, ...text }
  const more = others.filter((value) => !values.some((each) => deepEqual(each, value)))
  return { ...same, ...text, enum: [...values, ...more] }
}

function remainder(
  { schema, isClosed }: UnionBranch,
  properties: Readonly<Record<string, StructuralSchema>>,
  requiredByAll: readonly string[],
): StructuralSchema {
  const own = schema.properties ?? {}
  const values = Object.entries(own).flatMap(([name, { enum: allowed }]) =>
    allowed === undefined || deepEqual(allowed, properties[name]?.enum)
      ? []
      : [[name, { enum: allowed }] as const],
  )
  const required = (schema.required ?? []).filter((name) => !requiredByAll.includes(name))
  const forbidden = isClosed ? Object.keys(properties).filter((name) => !(name in own)) : []
  return {
    ...(values.length > 0 && { properties: Object.fromEntries(values) }),
    ...(required.length > 0 && { required }),
    ...(forbidden.length > 0 && {
      not: { anyOf: forbidden.map((name) => ({ required: [name] })) },
    }),
  }
}
