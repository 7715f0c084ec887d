import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { SeededRandom } from '@fairlead/base/testing'
import { pidOf, workersOf } from '../support/workers.ts'
import { waitFor } from '../support/wait-for.ts'
import { startLoadedProgram } from './loaded-program.ts'

// npm run crash -- --kills 50: the program is killed under load, and must have lost and doubled
// nothing that it acknowledged.
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    'worker-kills': { type: 'string', default: '25' },
    callers: { type: 'string', default: '16' },
    seed: { type: 'string', default: '1' },
    /** No kill begins later. */
    seconds: { type: 'string', default: '600' },
  },
})
const [kills, workerKills, callers, seed, seconds] = [
  Number(values.kills),
  Number(values['worker-kills']),
  Number(values.callers),
  Number(values.seed),
  Number(values.seconds),
]
const killDelayMsMax = 400

const random = new SeededRandom(seed)
const program = await startLoadedProgram({ callers, seed })
const done = { kills: 0, workerKills: 0 }
try {
  const until = performance.now() + seconds * 1000
  while (done.kills < kills && performance.now() < until) {
    await program.moreAnswers(1)
    await pause(random.below(killDelayMsMax))
    if (done.workerKills < (workerKills * (done.kills + 1)) / kills) {
      await killWorker(random.below(2))
      done.workerKills += 1
      await program.moreAnswers(1)
    }
    await program.fairlead.kill()
    program.fairlead = await program.fairlead.restart()
    done.kills += 1
  }
  await program.moreAnswers(1)
  await program.stopCalls()
  const problems = await program.judge()
  const count = (kind: string) => problems.filter((problem) => problem.startsWith(kind)).length
  process.stdout.write(
    `${done.kills} kills of the program, ${done.workerKills} of a worker: ` +
      `${program.acknowledged()} turns acknowledged, ${program.sentAgain()} calls sent again, ` +
      `${count('lost')} lost, ${count('doubled')} doubled, ${problems.length} problems\n`,
  )
  for (const problem of problems.slice(0, 20)) process.stdout.write(`${problem}\n`)
  process.exitCode = problems.length === 0 && done.kills > 0 ? 0 : 1
} finally {
  await program.stop()
}
process.exit()

async function killWorker(index: number): Promise<void> {
  const killed = pidOf(program.fairlead, index)
  process.kill(killed, 'SIGKILL')
  await waitFor('another worker', () => workersOf(program.fairlead).get(index) !== killed)
}
