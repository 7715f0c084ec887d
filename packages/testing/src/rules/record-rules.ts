import type { Access, ObservedRequest } from '@fairlead/apiserver/testing'
import type { rbacV1 } from '@fairlead/kube-types'

import type { TestEnvironment } from '../test-environment.ts'
import type { TestUser } from '../test-user.ts'
import { Permissions } from './permissions.ts'
import { rulesOfPermissions } from './rules-of-permissions.ts'

/** What a user's requests needed, so far. */
export interface RecordedRules extends Disposable {
  /** Each permission that was needed, once. */
  readonly permissions: readonly Access[]
  /**
   * The rules that allow them, as a ClusterRole has them. With `resourceNames`, those whose every
   * request named its objects are restricted to these names; by default none is.
   */
  rules(options?: { readonly resourceNames?: boolean }): rbacV1.PolicyRule[]
  /** Nothing is recorded any more. */
  stop(): void
}

/**
 * Records from now on what the requests of a user need. Let the user be allowed everything, by the
 * group `system:masters`: what is refused does not get as far as to be recorded.
 * @throws an Error when the API server is not in this process
 */
export function recordRules(
  environment: Pick<TestEnvironment, 'apiServer'>,
  user: string | Pick<TestUser, 'name'>,
): RecordedRules {
  const name = typeof user === 'string' ? user : user.name
  const permissions = new Permissions()
  const stop = environment.apiServer.onRequest((request) => {
    if (request.user !== name) return
    for (const needed of neededFor(request)) permissions.add(needed)
  })
  return {
    get permissions() {
      return permissions.all()
    },
    rules: (options) => rulesOfPermissions(permissions.all(), options),
    stop,
    [Symbol.dispose]: stop,
  }
}

/**
 * Who creates an object by an update or a patch must be allowed to create, too; and who watches, to
 * list, which informers do where the server does not stream lists.
 */
function neededFor({ status, ...access }: ObservedRequest): readonly Access[] {
  const { verb } = access
  if (verb === 'watch') return [access, { ...access, verb: 'list' }]
  const creates = status === 201 && (verb === 'patch' || verb === 'update')
  return creates ? [access, { ...access, verb: 'create' }] : [access]
}
