import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's root directory. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** All matching files, relative to the repository, without dependencies and build output. */
export function filesMatching(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
}

/** The text of a file in the repository. */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
