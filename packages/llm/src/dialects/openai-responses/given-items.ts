import { shapeProblem } from '../../json/json-shape.ts'
import { invalidField, readObject } from '../../json/request-field.ts'
import type { Item } from '../../operations/chat/item.ts'
import { joinCallSeals } from './call-seal.ts'
import { decodeItem, typeOf } from './decode-items.ts'
import { itemShapes } from './item-shapes.ts'

/** The types of items that a caller may give, as OpenAI's API description has them. */
export const givenItemTypes: readonly string[] = [
  ...new Set(
    (itemShapes.named.get('Item')?.anyOf ?? []).flatMap(({ $ref = '' }) => {
      const type = itemShapes.named.get($ref)?.properties?.['type']
      return (type?.enum ?? []).map(String)
    }),
  ),
]

/**
 * Reads items that a caller gives to be kept: each is checked by OpenAI's own description of it, for
 * nobody checks it later. Throws a ModelError 400 that names the place.
 */
export function readGivenItems(values: readonly unknown[], param: string): Item[] {
  return joinCallSeals(
    values.map((value, index) => {
      const place = `${param}[${index}]`
      checkGivenItem(value, place)
      return decodeItem(value, place)
    }),
  )
}

/** Throws for an item that is not as OpenAI describes those of its type. */
export function checkGivenItem(value: unknown, param: string): void {
  const item = readObject(value, param)
  const type = typeOf(item, param)
  if (!givenItemTypes.includes(type)) {
    throw invalidField(`${param}.type`, `it must be one of ${givenItemTypes.join(', ')}.`)
  }
  const problem = shapeProblem({ ...item, type }, { $ref: 'Item' }, param, itemShapes)
  if (problem !== undefined) throw problem
}
