/** The places of the calls that may run at the same time, in one process or in several together. */
export interface CallAllowance {
  /**
   * Takes a place. False when all `limit` places are taken; a promise only when another process has
   * to be asked.
   */
  take(limit: number): boolean | Promise<boolean>
  /** Gives a place back that was taken. */
  give(): void
}

/** Places that no other process shares. */
export function createCallAllowance(): CallAllowance {
  let taken = 0
  return {
    take(limit) {
      if (taken >= limit) return false
      taken += 1
      return true
    },
    give() {
      taken -= 1
    },
  }
}
