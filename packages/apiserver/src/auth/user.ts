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
