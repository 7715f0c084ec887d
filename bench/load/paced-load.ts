import { mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Processes } from '../processes/processes.ts'
import type { PacedLoadRequest, PacedLoadResult } from './paced-load-terms.ts'

const program = fileURLToPath(new URL('./paced-load.program.ts', import.meta.url))

/** Makes calls at a pace, from a process of its own. */
export async function pacedLoad(
  processes: Processes,
  folder: string,
  request: PacedLoadRequest,
): Promise<PacedLoadResult> {
  const path = join(mkdtempSync(join(folder, 'load-')), 'request.json')
  writeFileSync(path, JSON.stringify(request))
  const output = await processes.run(process.execPath, ['--conditions=source', program, path])
  return JSON.parse(output) as PacedLoadResult
}
