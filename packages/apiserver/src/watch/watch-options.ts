import type { FieldError } from '@fairlead/kube-core'

import { parseFlag, parseInteger, parseResourceVersion } from '../exchange/query-parameters.ts'
import { forbidden, refuse, unsupportedMatch } from '../resources/list-options.ts'

export interface WatchOptions {
  /** Changes after it are sent; 0: those from now on. */
  readonly fromRevision: number
  /** Whether the current objects, at least as new as `fromRevision`, are sent first. */
  readonly withObjects: boolean
  /** Whether a bookmark says where they end. */
  readonly marksObjects: boolean
  readonly bookmarks: boolean
  /** Below zero: the watch ends at once. */
  readonly timeoutMs: number
}

const timeoutMinMs = 1800 * 1000
const matchField = 'resourceVersionMatch'

/**
 * Reads the parameters of a watch, as SetListOptionsDefaults and validateWatchOptions in apimachinery.
 * `random` gives [0, 1).
 * @throws StatusError 400 or 422
 */
export function parseWatchOptions(query: URLSearchParams, random: () => number): WatchOptions {
  const asked = parseFlag(query, 'sendInitialEvents')
  const seconds = parseInteger(query, 'timeoutSeconds') ?? 0
  parseInteger(query, 'limit')
  refuse(matchErrors(query, asked))
  const fromRevision = parseResourceVersion(query.get('resourceVersion') ?? '')
  return {
    fromRevision,
    withObjects: asked ?? fromRevision === 0,
    marksObjects: marksObjects(query),
    bookmarks: parseFlag(query, 'allowWatchBookmarks') ?? false,
    timeoutMs: seconds === 0 ? timeoutMinMs * (1 + random()) : seconds * 1000,
  }
}

/**
 * Whether a watch begins as a list would, whose end is marked. One that asks at an older path, where
 * `watch` need not be said, is only so when it says that it wants the objects.
 */
export function marksObjects(query: URLSearchParams): boolean {
  const version = query.get('resourceVersion') ?? ''
  const isUsual = parseFlag(query, 'watch') === true && (version === '' || version === '0')
  const withObjects = parseFlag(query, 'sendInitialEvents') ?? isUsual
  return withObjects && (parseFlag(query, 'allowWatchBookmarks') ?? false)
}

function matchErrors(query: URLSearchParams, asked: boolean | undefined): FieldError[] {
  const match = query.get(matchField) ?? ''
  const found: FieldError[] = []
  const forbid = (detail: string): void => void found.push(forbidden(matchField, detail))
  if (asked !== undefined && match !== 'NotOlderThan') {
    forbid('sendInitialEvents requires setting resourceVersionMatch to NotOlderThan')
  }
  if (match === '') return found
  if (asked === undefined) {
    forbid('resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided')
  }
  if (match !== 'NotOlderThan') found.push(unsupportedMatch(match, ['NotOlderThan']))
  if ((query.get('continue') ?? '') !== '') {
    forbid('resourceVersionMatch is forbidden when continue is provided')
  }
  return found
}
