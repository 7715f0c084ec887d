/** One file, directory or symbolic link of an image. */
export interface ImageFile {
  /** Absolute, as programs in the container see it. */
  readonly path: string
  readonly type: 'file' | 'directory' | 'link'
  /** Permission bits; those of a link do not count. */
  readonly mode: number
  /** Numeric user and group; default 0. */
  readonly owner?: number
  /** What a file contains, read when its layer is written. */
  readonly content?: () => Buffer
  /** Where a link leads. */
  readonly target?: string
}

/** Sorted by path, each once, and with the directories above each. */
export function completeTree(files: readonly ImageFile[]): ImageFile[] {
  const tree = new Map<string, ImageFile>()
  for (const file of files) {
    const parts = file.path.split('/').slice(1, -1)
    for (let depth = 1; depth <= parts.length; depth += 1) {
      const path = `/${parts.slice(0, depth).join('/')}`
      if (!tree.has(path)) tree.set(path, { path, type: 'directory', mode: 0o755 })
    }
    tree.set(file.path, file)
  }
  return [...tree.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}
