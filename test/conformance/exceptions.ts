import type { Exchange } from './recordings.ts'

interface Exception {
  readonly group: string
  readonly id: string
  readonly reason: string
}

const version = '/version names this program'
const mistake = "a caller's mistake is answered with 400 in the same words, not with 500"
const otherGroups = 'lists what requests have created that are not recorded'

/** Differences that are meant: which requests of which group, and why. */
const exceptions: readonly Exception[] = [
  { group: 'errors', id: 'anonymous version', reason: version },
  {
    group: 'discovery',
    id: '/.well-known/openid-configuration',
    reason: 'tokens are signed with ES256, whose key is made in less time',
  },
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
  { group: 'verbs', id: 'cm create with rv', reason: mistake },
  { group: 'verbs', id: 'cm put bad rv', reason: mistake },
  { group: 'patch', id: 'strategic $patch bogus', reason: mistake },
  { group: 'apply', id: 'apply unknown field', reason: mistake },
  { group: 'apply', id: 'apply unknown field strict', reason: mistake },
  { group: 'apply', id: 'apply wrong type', reason: mistake },
  { group: 'apply', id: 'apply service dup ports', reason: mistake },
  { group: 'list', id: 'list rv bogus', reason: mistake },
  { group: 'cr', id: 'cr apply conflict atomic', reason: mistake },
  { group: 'cr', id: 'cr apply unknown', reason: mistake },
  { group: 'cr', id: 'cr apply dup key', reason: mistake },
  {
    group: 'cr',
    id: 'cr merge unknown strict',
    reason: 'the message has the managed fields in the order of their times',
  },
  {
    group: 'errors',
    id: 'impersonate group only',
    reason: mistake,
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
