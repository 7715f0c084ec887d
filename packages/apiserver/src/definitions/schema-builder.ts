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

/** A moment in RFC 3339. Null is how some clients say "not set". */
export function moment(description: string): StructuralSchema {
  return { type: 'string', format: 'date-time', description, nullable: true }
}

export function textMap(description: string): StructuralSchema {
  return { type: 'object', description, additionalProperties: { type: 'string' } }
}

/** A map whose values are base64 text. */
export function bytesMap(description: string): StructuralSchema {
  return { type: 'object', description, additionalProperties: { type: 'string', format: 'byte' } }
}

export function object(
  description: string,
  properties: Record<string, StructuralSchema>,
  more: Partial<StructuralSchema> = {},
): StructuralSchema {
  return { type: 'object', description, properties, ...more }
}

/** A list that is replaced as a whole. */
export function list(
  description: string,
  items: StructuralSchema,
  more: Partial<StructuralSchema> = {},
): StructuralSchema {
  return { type: 'array', description, items, 'x-kubernetes-list-type': 'atomic', ...more }
}

/** A list of distinct values. */
export function set(description: string, items: StructuralSchema): StructuralSchema {
  return {
    type: 'array',
    description,
    items,
    'x-kubernetes-list-type': 'set',
    'x-kubernetes-patch-strategy': 'merge',
  }
}

/** A list of objects that are told apart by some of their fields. */
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

/** An object that is owned and replaced as a whole. */
export function atomic(schema: StructuralSchema): StructuralSchema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' }
}
