import { fileURLToPath } from 'node:url'
import { findProgram } from '../../tools/programs/find-program.ts'
import { goOperator } from '../operators/go-operator.ts'
import type { QueueLife } from '../operators/queue-life.ts'
import type { Bench } from '../workbench/bench.ts'
import { takeTurns, type Row } from '../workbench/take-turns.ts'
import type { Shape } from './shape.ts'

const keys = 200_000
const program = fileURLToPath(new URL('../operators/queue-life.program.ts', import.meta.url))

/** The work queue with 200,000 keys. */
export const workQueueShape: Shape = {
  name: 'work-queue',
  title: `a work queue of ${keys} keys: added, half of them raised to a higher priority, all taken and done`,
  peers: [],
  metrics: [
    { name: 'takeMs', title: 'ms to take all' },
    { name: 'addMs', title: 'ms to add' },
    { name: 'raiseMs', title: 'ms to raise half' },
    { name: 'peakMiB', title: 'MiB at most' },
  ],
  baseline: 'fairlead',
  async measure(bench) {
    await bench.pool.stop()
    await takeTurns(bench, [
      row(bench, 'fairlead', process.execPath, ['--conditions=source', program, String(keys)]),
      ...(await goRows(bench)),
    ])
  },
}

function row(bench: Bench, name: string, command: string, args: readonly string[]): Row {
  return {
    name,
    async measure() {
      const printed = await bench.processes.run(command, args)
      return { figures: { ...(JSON.parse(printed) as QueueLife) } }
    },
  }
}

async function goRows(bench: Bench): Promise<Row[]> {
  try {
    const command = await findProgram(goOperator)
    return [row(bench, 'controller-runtime (Go)', command, ['queue', String(keys)])]
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    bench.note(`controller-runtime (Go) is left out: ${reason}`)
    return []
  }
}
