import type { Schema } from './schema.ts'
import { referredTo } from './schema.ts'

/** The names of the schemas that objects are made of, beginning with those of whole objects. */
export function reachableFrom(
  roots: Iterable<string>,
  schemas: ReadonlyMap<string, Schema>,
): ReadonlySet<string> {
  const found = new Set(roots)
  for (const name of found) {
    for (const part of partsOf(schemas.get(name))) found.add(part)
  }
  return found
}

function partsOf(schema: Schema | undefined): string[] {
  if (schema === undefined) return []
  const reference = referredTo(schema)
  const inner = [
    schema.items,
    schema.additionalProperties,
    ...Object.values(schema.properties ?? {}),
  ]
  return [...(reference === undefined ? [] : [reference]), ...inner.flatMap((one) => partsOf(one))]
}
