import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'

/** The size of each database below a folder in MiB, its log and index included, by its path. */
export function databaseSizes(folder: string): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const file of readdirSync(folder, { encoding: 'utf8', recursive: true })) {
    const [, name] = /^(.+\.db)(?:-wal|-shm)?$/.exec(file) ?? []
    if (name === undefined) continue
    const size = statSync(join(folder, file), { throwIfNoEntry: false })?.size ?? 0
    sizes.set(name, (sizes.get(name) ?? 0) + size / 2 ** 20)
  }
  return sizes
}
