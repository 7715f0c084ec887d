import type { FieldError } from '@fairlead/kube-core'

import { parseFlag, parseInteger, parseResourceVersion } from '../exchange/query-parameters.ts'
import { forbidden, refuse, unsupportedMatch } from '../resources/list-options.ts'

export interface WatchOptions {
  /** 0: start with the current objects. */
  readonly fromRevision: number
  readonly bookmarks: boolean
  readonly sendInitialEvents: boolean
  readonly timeoutMs: number
}

const timeoutMinMs = 1800 * 1000
const matchField = 'resourceVersionMatch'

/**
 * Reads the parameters of a watch, as validateWatchOptions in apimachinery. `random` gives [0, 1).
 * @throws StatusError 400 or 422
 */
export function parseWatchOptions(query: URLSearchParams, random: () => number): WatchOptions {
  const sendInitialEvents = parseFlag(query, 'sendInitialEvents')
  const seconds = parseInteger(query, 'timeoutSeconds') ?? 0
  parseInteger(query, 'limit')
  refuse(matchErrors(query, sendInitialEvents))
  return {
    fromRevision: parseResourceVersion(query.get('resourceVersion') ?? ''),
    bookmarks: parseFlag(query, 'allowWatchBookmarks') ?? false,
    sendInitialEvents: sendInitialEvents ?? false,
    timeoutMs: seconds > 0 ? seconds * 1000 : timeoutMinMs * (1 + random()),
  }
}

function matchErrors(query: URLSearchParams, sendInitialEvents: boolean | undefined): FieldError[] {
  const match = query.get(matchField) ?? ''
  const found: FieldError[] = []
  const forbid = (detail: string): void => void found.push(forbidden(matchField, detail))
  if (sendInitialEvents !== undefined && match !== 'NotOlderThan') {
    forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  }
  if (match === '') return found
  if (sendInitialEvents === undefined) {
    forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  }
  if (match !== 'NotOlderThan') found.push(unsupportedMatch(match, ['NotOlderThan']))
  if ((query.get('continue') ?? '') !== '') {
    forbid('resourceVersionMatch is forbidden when continue is provided')
  }
  return found
}
