import { execFile } from 'node:child_process'

/**
 * Extracts a version from a program's output, on either stream and whatever its exit code. The
 * pattern's first group is the version.
 */
export function printedVersion(
  args: readonly string[],
  pattern: RegExp,
): (path: string) => Promise<string | undefined> {
  return (path) =>
    new Promise((resolve) => {
      execFile(path, args, { encoding: 'utf8' }, (_error, stdout, stderr) =>
        resolve(pattern.exec(stdout + stderr)?.[1]),
      )
    })
}

/** Whether a dotted version is at least another; parts compare as numbers, missing ones as 0. */
export function isAtLeast(version: string, oldest: string): boolean {
  const parts = version.split('.').map(Number)
  const wanted = oldest.split('.').map(Number)
  const first = wanted.findIndex((part, index) => (parts[index] ?? 0) !== part)
  return first === -1 || (parts[first] ?? 0) > (wanted[first] ?? 0)
}
