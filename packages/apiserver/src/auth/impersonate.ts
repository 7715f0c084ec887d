import type { IncomingMessage } from 'node:http'

import { errors } from '@fairlead/kube-core'

import { headerText } from '../decoding/header-text.ts'
import type { Access } from './access.ts'
import type { Authorizer } from './authorizer.ts'
import { requireAccess } from './forbidden.ts'
import {
  anonymousUser,
  authenticatedGroup,
  serviceAccountOf,
  serviceAccountUser,
  unauthenticatedGroup,
  type User,
} from './user.ts'

const extraPrefix = 'impersonate-extra-'

/** Whom the headers name. */
interface Impersonated {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid: string
  readonly extra: ReadonlyMap<string, readonly string[]>
}

/**
 * The effective user of a request: the authenticated one, or the one that the `Impersonate-User`,
 * `-Group`, `-Uid` and `-Extra-…` headers name (`kubectl --as`, `--as-group`, `--as-uid`), as
 * WithImpersonation of Kubernetes' apiserver does it.
 * @throws StatusError 403 when the user may not impersonate all of that, 400 without a user name
 */
export function impersonate(
  authorizer: Authorizer,
  user: User,
  { headersDistinct }: Pick<IncomingMessage, 'headersDistinct'>,
): User {
  const wanted = impersonatedBy(headersDistinct)
  if (wanted === undefined) return user
  for (const access of accessesOf(wanted)) requireAccess(authorizer, user, access)
  return userOf(wanted)
}

function impersonatedBy(headers: IncomingMessage['headersDistinct']): Impersonated | undefined {
  const values = (header: string): string[] => (headers[header] ?? []).map(headerText)
  const [name = ''] = values('impersonate-user')
  const groups = values('impersonate-group')
  const [uid = ''] = values('impersonate-uid')
  const extra = new Map<string, readonly string[]>()
  for (const header in headers) {
    if (!header.startsWith(extraPrefix)) continue
    extra.set(unescaped(header.slice(extraPrefix.length)), values(header))
  }
  const wanted = { name, groups, uid, extra }
  if (name !== '') return wanted
  if (groups.length === 0 && uid === '' && extra.size === 0) return undefined
  // A real server answers 500, with these words.
  const requested = requestedBy(wanted).join(' ')
  throw errors.badRequest(`requested [${requested}] without impersonating a user`)
}

/** As Go prints object references: kind, namespace, name, UID, version, revision, field. */
function requestedBy({ groups, uid, extra }: Impersonated): string[] {
  const reference = (kind: string, name: string, version = '', field = ''): string =>
    `{${[kind, '', name, '', version, '', field].join(' ')}}`
  const version = 'authentication.k8s.io/v1'
  return [
    ...groups.map((group) => reference('Group', group)),
    ...[...extra].flatMap(([key, values]) =>
      values.map((value) => reference('UserExtra', value, version, key)),
    ),
    ...(uid === '' ? [] : [reference('UID', uid, version)]),
  ]
}

/** A key that is not percent-encoded correctly is taken as it stands. */
function unescaped(key: string): string {
  try {
    return decodeURIComponent(key)
  } catch {
    return key
  }
}

/** Everything that the real user must be allowed. */
function accessesOf({ name, groups, uid, extra }: Impersonated): Access[] {
  const core = { verb: 'impersonate', group: '', namespace: '' }
  const authentication = { ...core, group: 'authentication.k8s.io' }
  const account = serviceAccountOf(name)
  const subject: Access =
    account === undefined
      ? { ...core, resource: 'users', name }
      : { ...core, resource: 'serviceaccounts', ...account }
  return [
    subject,
    ...groups.map((group) => ({ ...core, resource: 'groups', name: group })),
    ...[...extra].flatMap(([key, values]) =>
      values.map((value) => ({
        ...authentication,
        resource: 'userextras',
        subresource: key,
        name: value,
      })),
    ),
    ...(uid === '' ? [] : [{ ...authentication, resource: 'uids', name: uid }]),
  ]
}

function userOf({ name, groups, uid, extra }: Impersonated): User {
  return {
    name,
    groups: groupsOf(name, groups),
    ...(uid === '' ? {} : { uid }),
    ...(extra.size === 0 ? {} : { extra: Object.fromEntries(extra) }),
  }
}

/** The groups of a service account are known; given groups replace them. */
function groupsOf(name: string, given: readonly string[]): readonly string[] {
  const account = serviceAccountOf(name)
  const groups =
    given.length > 0 || account === undefined
      ? given
      : serviceAccountUser(account.namespace, account.name).groups
  if (name === anonymousUser.name) {
    return groups.includes(unauthenticatedGroup) ? groups : [...groups, unauthenticatedGroup]
  }
  const isComplete = groups.includes(authenticatedGroup) || groups.includes(unauthenticatedGroup)
  return isComplete ? groups : [...groups, authenticatedGroup]
}
