import { errors } from '@fairlead/kube-core'

import { parseCount, parseResourceVersion, refuse } from '../resources/list-options.ts'

export interface WatchOptions {
  /** 0: start with the current objects. */
  readonly fromRevision: number
  readonly bookmarks: boolean
  readonly sendInitialEvents: boolean
  readonly timeoutMs: number
}

const timeoutMinMs = 1800 * 1000
const matchField = 'resourceVersionMatch'

/** Reads the parameters of a watch. `random` gives [0, 1). @throws StatusError 400 or 422 */
export function parseWatchOptions(query: URLSearchParams, random: () => number): WatchOptions {
  const resourceVersion = parseResourceVersion(query)
  const sendInitialEvents = parseFlag(query, 'sendInitialEvents')
  checkMatch(query.get('resourceVersionMatch') ?? '', sendInitialEvents)
  const seconds = parseCount(query, 'timeoutSeconds') ?? 0
  return {
    fromRevision: Number(resourceVersion),
    bookmarks: parseFlag(query, 'allowWatchBookmarks') ?? false,
    sendInitialEvents: sendInitialEvents ?? false,
    timeoutMs: seconds > 0 ? seconds * 1000 : timeoutMinMs * (1 + random()),
  }
}

function checkMatch(match: string, sendInitialEvents: boolean | undefined): void {
  if (sendInitialEvents === undefined) {
    if (match === '') return
    const detail =
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
    refuse([{ type: 'Forbidden', field: matchField, detail }])
  } else if (match !== 'NotOlderThan') {
    const detail = `sendInitialEvents requires setting resourceVersionMatch to NotOlderThan`
    refuse([{ type: 'Forbidden', field: matchField, detail }])
  }
}

/** A boolean parameter; without a value it is true, as in `?watch`. */
export function parseFlag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  if (['', '1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true
  if (['0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false
  throw errors.badRequest(`${name}: Invalid value: ${JSON.stringify(text)}: must be true or false`)
}
