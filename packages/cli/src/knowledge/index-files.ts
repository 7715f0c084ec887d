import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { isIndexFile } from '@fairlead/knowledge'

/**
 * The files that indexes were made in, by their absolute paths: also those of earlier processes, so that
 * none is left when its base goes while nothing runs.
 */
export class IndexFiles {
  readonly #list: string
  readonly #paths: Set<string>

  constructor(dataDir: string) {
    this.#list = join(dataDir, 'knowledge', 'files.json')
    this.#paths = new Set(readList(this.#list))
  }

  get paths(): readonly string[] {
    return [...this.#paths]
  }

  add(path: string): void {
    if (this.#paths.has(path)) return
    this.#paths.add(path)
    this.#write()
  }

  /** Removes a file that is closed, unless something else has it by now. */
  remove(path: string): void {
    if (isIndexFile(path)) {
      for (const one of ['', '-wal', '-shm']) rmSync(`${path}${one}`, { force: true })
    }
    if (this.#paths.delete(path)) this.#write()
  }

  #write(): void {
    mkdirSync(dirname(this.#list), { recursive: true, mode: 0o700 })
    writeFileSync(`${this.#list}.new`, JSON.stringify(this.paths), { mode: 0o600 })
    renameSync(`${this.#list}.new`, this.#list)
  }
}

/** Nothing where it cannot be read: then files may be left, and nothing else is wrong. */
function readList(path: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(readFileSync(path, 'utf8'))
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : []
  } catch {
    return []
  }
}
