import type { StructuralSchema } from '@fairlead/kube-core'

/** Shorthand for writing the schemas of built-in kinds; every field has a description. */

export function text(description: string, more: Partial<StructuralSchema> = {}): StructuralSchema {
  return { type: 'string', description, ...more }
}

export function integer(
  description: string,
  more: Partial<StructuralSchema> = {},
): StructuralSchema {
  return { type: 'integer', description, ...more }
}

export function flag(description: string): StructuralSchema {
  return { type: 'boolean', description }
}

/** An RFC 3339 timestamp. Some clients send null for "not set". */
export function moment(description: string): StructuralSchema {
  return { type: 'string', format: 'date-time', description, nullable: true }
}

export function textMap(description: string): StructuralSchema {
  return { type: 'object', description, additionalProperties: { type: 'string' } }
}

export function object(
  description: string,
  properties: Record<string, StructuralSchema>,
  more: Partial<StructuralSchema> = {},
): StructuralSchema {
  return { type: 'object', description, properties, ...more }
}

/** An atomic list: replaced as a whole. */
export function list(
  description: string,
  items: StructuralSchema,
  more: Partial<StructuralSchema> = {},
): StructuralSchema {
  return { type: 'array', description, items, 'x-kubernetes-list-type': 'atomic', ...more }
}

/** A set: a list of distinct values. */
export function set(description: string, items: StructuralSchema): StructuralSchema {
  return {
    type: 'array',
    description,
    items,
    'x-kubernetes-list-type': 'set',
    'x-kubernetes-patch-strategy': 'merge',
  }
}

/** A map list: its objects are identified by some of their fields. */
export function keyedList(
  description: string,
  keys: readonly [string, ...string[]],
  items: StructuralSchema,
): StructuralSchema {
  return {
    type: 'array',
    description,
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [...keys],
    'x-kubernetes-patch-merge-key': keys[0],
    'x-kubernetes-patch-strategy': 'merge',
  }
}

/** An atomic object: owned and replaced as a whole. */
export function atomic(schema: StructuralSchema): StructuralSchema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' }
}
