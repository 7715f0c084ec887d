import type { JsonObject } from '@fairlead/base'
import type { ItemStatus } from '../../../operations/chat/item.ts'

/** Writes the events of one output item, between its addition and its end. */
export interface ItemWriter {
  /** Its place in the output. */
  readonly index: number
  /** The event with which it begins. */
  added(): JsonObject
  /** The events that close its parts, and the whole item. */
  done(status: ItemStatus): { readonly events: JsonObject[]; readonly item: JsonObject }
}

/** The item as it stands in the event with which it begins. */
export function addedEvent(index: number, item: JsonObject): JsonObject {
  return { type: 'response.output_item.added', output_index: index, item }
}
