import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'

/** A table that stands beside this file. */
export function readTable(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), 'utf8'))
}

/** A compressed file that stands beside this file, as text; undefined without it. */
export function readCompressed(path: string): string | undefined {
  try {
    return brotliDecompressSync(readFileSync(new URL(path, import.meta.url))).toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** Makes something when it is first asked for. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
