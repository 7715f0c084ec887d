import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readZipMember } from './zip-member.ts'

/** Writes a file of a zip archive into a folder, under its last name, to be run. */
export function placeProgram(folder: string, archive: string, member: string): void {
  const path = join(folder, basename(member))
  writeFileSync(path, readZipMember(readFileSync(archive), member))
  chmodSync(path, 0o755)
}
