/** Who makes a request. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
}

export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** Members of this group may do everything. */
export const MASTERS_GROUP = 'system:masters'

export const AUTHENTICATED_GROUP = 'system:authenticated'
