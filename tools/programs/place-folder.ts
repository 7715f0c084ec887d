import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { zipMembers } from './zip-member.ts'

/**
 * Writes those files of a zip archive into a folder, under their own paths, that are below one of its
 * folders. All may be run. Throws for a path that leads out of the folder.
 */
export function placeFolder(folder: string, archive: string, below: readonly string[]): void {
  for (const { name, contents } of zipMembers(readFileSync(archive))) {
    if (name.endsWith('/') || !below.some((start) => name.startsWith(`${start}/`))) continue
    const path = join(folder, name)
    if (relative(folder, path).startsWith('..')) throw new Error(`the archive contains ${name}`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, contents(), { mode: 0o755 })
  }
}
