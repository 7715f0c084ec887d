import { fileURLToPath } from 'node:url'
import { eventually } from '../processes/eventually.ts'
import { freePort } from '../processes/free-port.ts'
import type { Processes } from '../processes/processes.ts'
import type { WordCounts } from '../calls/word-by-word-terms.ts'

const program = fileURLToPath(new URL('./word-by-word.program.ts', import.meta.url))

/** A provider that streams word by word. */
export interface WordUpstream {
  readonly port: number
  counts(): Promise<WordCounts>
  /** Breaks off all streams that are held open. */
  endHeld(): Promise<void>
}

/** Starts it; resolves once it answers. */
export async function startWordUpstream(processes: Processes): Promise<WordUpstream> {
  const port = await freePort()
  processes.start({
    name: 'word-by-word',
    command: process.execPath,
    args: ['--conditions=source', program, String(port)],
  })
  const ask = async (path: string) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`)
    return (await response.json()) as WordCounts
  }
  const counts = () => ask('/counts')
  await eventually('the upstream that streams word by word', counts)
  return { port, counts, endHeld: async () => void (await ask('/end-held')) }
}
