import type { Exchange } from './recordings.ts'

interface Exception {
  readonly group: string
  readonly id: string
  readonly reason: string
}

const version = '/version names this program'
const otherGroups = 'lists what requests have created that are not recorded'

/** Differences that are meant: which requests of which group, and why. */
const exceptions: readonly Exception[] = [
  { group: 'errors', id: 'anonymous version', reason: version },
  { group: 'discovery', id: '/version', reason: version },
  { group: 'errors', id: 'trailing slash', reason: otherGroups },
  { group: 'errors', id: 'pct slash', reason: otherGroups },
  {
    group: 'errors',
    id: 'root',
    reason: 'there are no service level indicators, and so no /metrics/slis',
  },
  {
    group: 'documents',
    id: 'openapi/index.json',
    reason: 'the documents of the OpenID endpoints are not recorded',
  },
  {
    group: 'discovery',
    id: '/openapi/v3',
    reason: 'the documents of the OpenID endpoints are not recorded',
  },
  {
    group: 'errors',
    id: 'impersonate group only',
    reason: "a caller's mistake is answered with 400, not with 500",
  },
  {
    group: 'errors',
    id: 'ssr whoami',
    reason: 'the administrator of the recording has a UID',
  },
  {
    group: 'rbac',
    id: 'rbac ssrr',
    reason: 'the same rules; the order of bindings changes from call to call on a real server',
  },
]

/** Why a request is answered otherwise than by a real server; `undefined` if it should not be. */
export function exceptionFor({ group, id }: Exchange): string | undefined {
  return exceptions.find((each) => each.group === group && each.id === id)?.reason
}
