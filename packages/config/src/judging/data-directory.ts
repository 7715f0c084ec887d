/**
 * Whether `..` leads a relative path out of the data directory. An absolute path is for the replica to
 * judge, which knows its directory.
 */
export function leavesDataDirectory(path: string): boolean {
  if (/^(?:[/\\]|[A-Za-z]:)/.test(path)) return false
  let depth = 0
  for (const part of path.split(/[/\\]/)) {
    if (part === '..') depth -= 1
    else if (part !== '' && part !== '.') depth += 1
    if (depth < 0) return true
  }
  return depth === 0
}
