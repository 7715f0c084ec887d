import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, extname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What was written, and what a directory for `KUBEBUILDER_ASSETS` still lacks. */
interface WrittenAssets {
  /** Absolute. */
  readonly directory: string
  /** The kubectl that the directory leads to; undefined: none was found on the path. */
  readonly kubectl: string | undefined
}

/**
 * Writes the programs that Go's envtest starts, `etcd` and `kube-apiserver`, into a directory, which
 * is created, and links kubectl there if it is on the path. They run this Fairlead with this
 * Node.js, so they are to be written again after either moves.
 */
export function writeAssets(directory: string, path: string | undefined): WrittenAssets {
  const folder = resolve(directory)
  mkdirSync(folder, { recursive: true })
  for (const name of ['etcd', 'kube-apiserver']) {
    const words = [process.execPath, ...process.execArgv, programOf(name)].map(quoted)
    const file = join(folder, name)
    rmSync(file, { force: true })
    writeFileSync(file, `#!/bin/sh\nexec ${words.join(' ')} "$@"\n`)
    chmodSync(file, 0o755)
  }
  return { directory: folder, kubectl: linkKubectl(folder, path ?? '') }
}

/** Sources run as they are, and built files as theirs: a program has the same extension as this. */
function programOf(name: string): string {
  return fileURLToPath(new URL(`${name}.program${extname(import.meta.filename)}`, import.meta.url))
}

function linkKubectl(folder: string, path: string): string | undefined {
  const link = join(folder, 'kubectl')
  const found = path
    .split(delimiter)
    .map((entry) => join(entry, 'kubectl'))
    .find((file) => file !== link && existsSync(file))
  if (found === undefined) return undefined
  rmSync(link, { force: true })
  symlinkSync(found, link)
  return found
}

/** For a POSIX shell. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`
}
