import { isJsonObject } from '@fairlead/base'
import type { FieldsV1 } from '../object.ts'
import { FieldSetBuilder } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { canonicalElement, compareElements } from './path-element.ts'

/** Encodes a set in its wire form, in the API server's order. */
export function encodeFieldSet(set: FieldSet): FieldsV1 {
  const elements = [...new Set([...set.members, ...set.children.keys()])].toSorted(compareElements)
  return Object.fromEntries(
    elements.map((element) => {
      const below = encodeFieldSet(set.below(element))
      const isBoth = set.members.has(element) && set.children.has(element)
      return [element, isBoth ? { '.': {}, ...below } : below]
    }),
  )
}

/** Decodes a set from its wire form. Throws a `SyntaxError` when a step is malformed. */
export function decodeFieldSet(fields: unknown): FieldSet {
  const builder = new FieldSetBuilder()
  decodeInto(builder, fields)
  return builder.build()
}

/** Whether the decoded subtree itself is a member. */
function decodeInto(builder: FieldSetBuilder, fields: unknown): boolean {
  if (!isJsonObject(fields)) throw new SyntaxError('a set of fields must consist of objects')
  let isMember = false
  let hasChildren = false
  for (const [key, below] of Object.entries(fields)) {
    if (key === '.') {
      isMember = true
      continue
    }
    const element = canonicalElement(key)
    if (element === undefined) continue
    hasChildren = true
    if (decodeInto(builder.below(element), below)) builder.insert([element])
  }
  return isMember || !hasChildren
}
