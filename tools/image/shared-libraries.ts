import { existsSync, lstatSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { readElf } from './elf-program.ts'

/** A shared library, as the loader finds it. */
export interface SharedLibrary {
  /** Where programs in the image find it. */
  readonly path: string
  /** Where it is now. */
  readonly source: string
}

const triplets = { amd64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' } as const
/** Debian's package of each library that Node needs. */
const packages: Readonly<Record<string, string>> = {
  'libatomic.so.1': 'libatomic1',
  'libstdc++.so.6': 'libstdc++6',
  'libgcc_s.so.1': 'libgcc-s1',
}

/**
 * The loader and all shared libraries that a program needs, each once, from a file system of its
 * architecture that begins at a directory. What `ldd` says, but without running the program, which
 * may be one of another architecture. Throws where one is missing, and says what has it.
 */
export function sharedLibrariesOf(program: string, fileSystem: string): SharedLibrary[] {
  const { interpreter, needed, architecture } = readElf(readFileSync(program))
  const triplet = triplets[architecture]
  const folders = [
    `/lib/${triplet}`,
    `/usr/lib/${triplet}`,
    '/lib64',
    '/usr/lib64',
    '/lib',
    '/usr/lib',
  ]
  const found = new Map<string, SharedLibrary>()
  if (interpreter !== undefined) {
    const name = interpreter.slice(interpreter.lastIndexOf('/') + 1)
    found.set(name, { path: interpreter, source: sourceOf(interpreter, fileSystem) })
  }
  const open = [...needed]
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue
    const path = folders
      .map((folder) => `${folder}/${name}`)
      .find((candidate) => existsSync(join(fileSystem, candidate)))
    if (path === undefined) {
      const from = packages[name] === undefined ? '' : `: install ${packages[name]}`
      throw new Error(`${name}, which ${program} needs, is in none of ${folders.join(', ')}${from}`)
    }
    const source = sourceOf(path, fileSystem)
    found.set(name, { path, source })
    open.push(...readElf(readFileSync(source)).needed)
  }
  return [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1))
}

/** Absolute links are meant within the file system, not within this machine's. */
function sourceOf(path: string, fileSystem: string): string {
  const source = join(fileSystem, path)
  if (!lstatSync(source).isSymbolicLink()) return source
  const target = readlinkSync(source)
  return target.startsWith('/') ? join(fileSystem, target) : source
}
