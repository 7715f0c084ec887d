/** Marks the ids that are made here, for items whose maker gives none. */
export const ownIdMark = '_fairlead_'

/** How the ids of items begin, by their types. */
type ItemPrefix = 'msg' | 'rs' | 'fc' | 'ctc' | 'ig' | 'fs'

/** The id of an item of an answer whose maker gave it none: the same whenever it is written. */
export function itemId(prefix: ItemPrefix, responseId: string, index: number): string {
  return `${prefix}${ownIdMark}${idText(responseId)}_${index}`
}

/** The id of a response: the provider's, if it is one of this dialect. */
export function responseIdOf(id: string): string {
  return id.startsWith('resp_') ? id : `resp_${idText(id)}`
}

/** Whether `itemId` made the id, so that no provider knows it. */
export function isOwnItemId(id: string): boolean {
  return id.slice(id.indexOf('_')).startsWith(ownIdMark)
}

const idLengthMax = 64

function idText(id: string): string {
  return id.replaceAll(/[^\w-]/g, '').slice(-idLengthMax)
}
