import { accessSync, constants, mkdirSync } from 'node:fs'

/**
 * Makes the directory of a server if need be.
 * @throws when nothing can be written to it, because it is read-only, another user's or a file
 */
export function makeDataDirectory(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 })
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(
      `the data directory ${path} cannot be used: ${why}. Make it writable for this user, or choose another.`,
      { cause: error },
    )
  }
}
