import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/** All files below a folder. */
export async function* bytesInFiles(
  folder: string,
): AsyncGenerator<readonly [place: string, bytes: Buffer]> {
  for (const file of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(file.parentPath, file.name)
    if (file.isFile()) yield [relative(folder, path), readFileSync(path)]
  }
}
