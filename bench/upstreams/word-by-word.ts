import { fileURLToPath } from 'node:url'
import { eventually } from '../processes/eventually.ts'
import { freePort } from '../processes/free-port.ts'
import type { Processes } from '../processes/processes.ts'
import type { WordCounts } from './word-by-word-terms.ts'

const program = fileURLToPath(new URL('./word-by-word.program.ts', import.meta.url))

/** A provider that streams word by word. */
export interface WordUpstream {
  readonly port: number
  counts(): Promise<WordCounts>
}

/** Starts it; resolves once it answers. */
export async function startWordUpstream(processes: Processes): Promise<WordUpstream> {
  const port = await freePort()
  processes.start({
    name: 'word-by-word',
    command: process.execPath,
    args: ['--conditions=source', program, String(port)],
  })
  const counts = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/counts`)
    return (await response.json()) as WordCounts
  }
  await eventually('the upstream that streams word by word', counts)
  return { port, counts }
}
