import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The repository's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url))

/** One source file: where it is, relative to the repository, and what it holds. */
export interface SourceFile {
  readonly path: string
  readonly text: string
  /** Every module that it imports or re-exports, as written. */
  readonly imports: readonly string[]
}

/** All files that match, relative to the repository, without dependencies and build output. */
export function filesMatching(pattern: string): string[] {
  return globSync(pattern, { cwd: root, exclude: ['**/node_modules/**', '**/dist/**'] })
    .map((path) => path.replaceAll('\\', '/'))
    .toSorted()
}

export function readSource(path: string): SourceFile {
  const text = readFileSync(join(root, path), 'utf8')
  return { path, text, imports: importsOf(text) }
}

/** Static and dynamic imports with a literal name; enough for sources that Prettier has formatted. */
export function importsOf(text: string): string[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g
  return [...text.matchAll(pattern)].map((match) => match[1] ?? match[2] ?? '')
}

/** The file that a relative import names, relative to the repository. */
export function resolveImport(from: string, name: string): string {
  return normalize(join(dirname(from), name)).replaceAll('\\', '/')
}
