/** What the user can mend: the message says how. */
export class ScaffoldError extends Error {
  override readonly name = 'ScaffoldError'
}

/** A command line that cannot be obeyed. */
export class ScaffoldUsageError extends Error {
  override readonly name = 'ScaffoldUsageError'
}
