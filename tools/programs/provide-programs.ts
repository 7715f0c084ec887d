import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { findProgram, pathsOnPath } from './find-program.ts'
import type { Program } from './program.ts'

/**
 * Finds programs and makes them known to this process and those that it starts: the path in the
 * program's variable, and the program's name on PATH, also when it is kept elsewhere or is called
 * something else. Rejects as `findProgram` does. The returned function takes away what was made.
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
      // No link: some programs look for more of theirs beside the name they were called by.
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
