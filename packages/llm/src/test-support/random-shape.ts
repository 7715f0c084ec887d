import type { JsonShape, JsonShapes } from '../json/json-shape.ts'
import type { RandomValues } from './random-values.ts'

/** A random value of a shape, with or without the fields that may be left out. */
export function randomOfShape(
  values: RandomValues,
  shape: JsonShape,
  shapes: JsonShapes,
  depth = 8,
): unknown {
  const of = (child: JsonShape) => randomOfShape(values, child, shapes, depth - 1)
  if (shape.$ref !== undefined) return of(shapes.named.get(shape.$ref) ?? {})
  if (shape.anyOf !== undefined) {
    const flat = shape.anyOf.filter(({ $ref }) => $ref !== 'CompoundFilter')
    return of(values.pick((depth > 0 ? shape.anyOf : flat) as [JsonShape, ...JsonShape[]]))
  }
  if (shape.enum !== undefined) return values.pick(shape.enum as [string, ...string[]])
  switch (shape.type) {
    case 'object': {
      const { additionalProperties, properties = {}, required = [] } = shape
      const names = Object.keys(properties).filter(
        (name) => required.includes(name) || (depth > 0 && values.chance(0.4)),
      )
      const fields = names.map((name) => [name, of(properties[name] ?? {})] as const)
      const isOpen = typeof additionalProperties === 'object' && values.chance(0.5)
      return Object.fromEntries([
        ...fields,
        ...(isOpen ? [['other', of(additionalProperties)] as const] : []),
      ])
    }
    case 'array': {
      const { items = {}, maxItems = 3, minItems = 0 } = shape
      const length = Math.max(minItems, values.below(1 + Math.min(maxItems, 3)))
      return Array.from({ length }, () => of(items))
    }
    case 'string':
      return shape.pattern === undefined ? values.text().slice(0, shape.maxLength) : 'a-name'
    case 'integer':
      return shape.minimum ?? values.below(100)
    case 'number':
      return values.pick([0, -1.5, 100])
    case 'boolean':
      return values.chance(0.5)
    case 'null':
      return null
    case undefined:
      return values.json()
  }
}

/** A value in which one place is otherwise: another type, gone, a field too many. */
export function damaged(values: RandomValues, value: unknown): unknown {
  if (Array.isArray(value) && value.length > 0 && values.chance(0.8)) {
    const at = values.below(value.length)
    return value.map((entry: unknown, index) => (index === at ? damaged(values, entry) : entry))
  }
  if (typeof value === 'object' && value !== null && values.chance(0.85)) {
    const entries = Object.entries(value)
    if (values.chance(0.1)) return { ...value, strange: values.json() }
    if (entries.length === 0) return values.json()
    const at = values.below(entries.length)
    if (values.chance(0.3)) return Object.fromEntries(entries.filter((_, index) => index !== at))
    return Object.fromEntries(
      entries.map(([name, field], index) => [name, index === at ? damaged(values, field) : field]),
    )
  }
  return values.pick([null, 5, '', 'strange', true, [], {}, [null], -1, [[]], { type: 'x' }])
}
