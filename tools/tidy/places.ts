/** The package that a file belongs to, or undefined outside `packages/`. */
export function packageOf(path: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(path)?.[1]
}

/** The path of a package's file below its `src/`, or undefined for any other file. */
export function pathInSources(path: string): string | undefined {
  return /^packages\/[^/]+\/src\/(.+)$/.exec(path)?.[1]
}

/** Tests and test support: nothing that is shipped may import it. */
export function isTest(path: string): boolean {
  return /\.test\.ts$|\/(?:test-support|fixtures)\/|^test\//.test(path)
}

/** What a package publishes for other packages' tests. */
export function isTesting(path: string): boolean {
  return /\/src\/testing(?:\.ts$|\/)/.test(path)
}

/** What a package's manifest names in `exports` or `bin`. */
export function isPublishedEntry(path: string): boolean {
  return /\/src\/(?:index|main|testing)\.ts$/.test(path)
}

/** Whether a published package starts the file as a process or thread of its own. */
export function isPublishedProgram(path: string): boolean {
  return path.endsWith('.program.ts') && !path.includes('/test-support/')
}

/** Whether a path is one of the folders or below one; files count as folders of themselves. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return folders.some((folder) => path === folder || path.startsWith(`${folder}/`))
}

/** The package of a bare import: `@fairlead/llm/testing` and `fairlead` are ours. */
export function importedPackage(name: string): string | undefined {
  if (name === 'fairlead') return 'cli'
  return /^@fairlead\/([^/]+)/.exec(name)?.[1]
}
