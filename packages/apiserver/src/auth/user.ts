/** The user who makes a request. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
}

export const anonymousUser: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** Members of this group are allowed everything. */
export const mastersGroup = 'system:masters'

export const authenticatedGroup = 'system:authenticated'

/** The server itself, as Kubernetes calls it when it speaks to itself. */
export const apiServerUser: User = {
  name: 'system:apiserver',
  groups: [mastersGroup, authenticatedGroup],
}

/**
 * A controller, by the name of its service account in kube-controller-manager, such as
 * `namespace-controller`.
 */
export function controllerUser(name: string): User {
  return {
    name: `system:serviceaccount:kube-system:${name}`,
    groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', authenticatedGroup],
  }
}
