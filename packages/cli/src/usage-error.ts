/** Invalid command line or variable; the message says which one and what is expected. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
