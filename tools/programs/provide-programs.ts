import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findProgram, pathsOnPath } from './find-program.ts'
import type { Program } from './program.ts'

/**
 * Finds programs and makes them available to this process and its children: the path in the
 * program's variable, and the program's name on PATH, even if it is stored elsewhere or has another
 * file name. Rejects as `findProgram` does. The returned function removes what was created.
 */
export async function providePrograms(programs: readonly Program[]): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-programs-'))
  const dispose = () => rmSync(folder, { recursive: true, force: true })
  try {
    const { PATH = '' } = process.env
    for (const program of programs) {
      const path = await findProgram(program)
      process.env[program.variable] = path
      if (pathsOnPath(program.name, PATH)[0] === path) continue
      // Not a link: some programs look for further files next to the path they were called by.
      const caller = join(folder, program.name)
      writeFileSync(caller, `#!/bin/sh\nexec '${path.replaceAll("'", String.raw`'\''`)}' "$@"\n`)
      chmodSync(caller, 0o755)
      process.env['PATH'] = `${folder}${delimiter}${PATH}`
    }
  } catch (error) {
    dispose()
    throw error
  }
  return dispose
}
