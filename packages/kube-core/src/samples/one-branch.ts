import type { StructuralSchema } from '../schema/structural-schema.ts'
import type { Draw } from './draw.ts'

/**
 * The schema of an object, with what one branch of its `oneOf` or `anyOf`, and all of `allOf`, ask
 * for, and without the fields that only other branches of `oneOf` ask for. A hint: what is made by it
 * must still be checked.
 */
export function oneBranch(schema: StructuralSchema, draw: Draw): StructuralSchema {
  const { oneOf = [], anyOf = [], allOf = [] } = schema
  const chosen = [oneOf, anyOf].flatMap((branches) =>
    branches.length === 0 ? [] : [draw.pick(branches)],
  )
  const wanted = [...chosen, ...allOf]
  if (wanted.length === 0) return schema
  const required = new Set([
    ...(schema.required ?? []),
    ...wanted.flatMap((each) => each.required ?? []),
  ])
  const others = oneOf.flatMap((each) => each.required ?? []).filter((name) => !required.has(name))
  const forbidden = wanted.flatMap(({ not }) => (not?.anyOf ?? []).flatMap(onlyRequired))
  const properties = { ...schema.properties }
  for (const name of [...others, ...forbidden]) delete properties[name]
  for (const branch of wanted) {
    for (const [name, property] of Object.entries(branch.properties ?? {})) {
      const known = properties[name]
      if (known !== undefined) properties[name] = { ...known, ...property }
    }
  }
  return { ...schema, properties, required: [...required] }
}

/** The field of a schema that requires nothing but one. */
function onlyRequired({ required = [] }: StructuralSchema): readonly string[] {
  return required.length === 1 ? required : []
}
