/** Whom the writers of the tests of erasure write of. */
export const subject = 'user:ada'
export const tenant = 'team/app'
