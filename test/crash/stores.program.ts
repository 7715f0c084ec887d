import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { SeededRandom } from '@fairlead/base/testing'
import { providePrograms } from '../../tools/programs/provide-programs.ts'
import { waitFor } from '../support/wait-for.ts'
import { type StoreServerKind, storeServerKinds } from './store-servers.ts'
import type { StoredExchange } from './store-writer.ts'
import { exchangeProblems } from './stored-exchanges.ts'

// npm run crash:stores -- --kills 50 --stores Redis: the servers of conversation stores, and processes
// that write to them, are killed under load; nothing that was acknowledged may be lost or doubled.
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    'process-kills': { type: 'string', default: '50' },
    writers: { type: 'string', default: '200' },
    processes: { type: 'string', default: '4' },
    stores: { type: 'string', default: storeServerKinds.map(({ name }) => name).join(',') },
    seed: { type: 'string', default: '1' },
    /** No kill of one kind of server begins later. */
    seconds: { type: 'string', default: '600' },
  },
})
const [kills, processKills, writers, processes, seed, seconds] = [
  Number(values.kills),
  Number(values['process-kills']),
  Number(values.writers),
  Number(values.processes),
  Number(values.seed),
  Number(values.seconds),
]
const killDelayMsMax = 1000
const program = fileURLToPath(new URL('store-writer.program.ts', import.meta.url))
/** What became of one kind of server. */
interface CrashFigures {
  readonly store: string
  readonly 'kills of the server': number
  readonly 'kills of a process': number
  readonly writers: number
  readonly 'turns acknowledged': number
  readonly lost: number
  readonly doubled: number
  readonly problems: number
  readonly seconds: number
}
const figures: CrashFigures[] = []
const chosen = storeServerKinds.filter(({ name }) => values.stores.split(',').includes(name))
let isRight = chosen.length > 0
for (const kind of chosen) {
  const problems = await crash(kind)
  for (const problem of problems.slice(0, 20)) process.stdout.write(`${problem}\n`)
  isRight &&= problems.length === 0
}
process.stdout.write(table(figures))
process.exit(isRight ? 0 : 1)

async function crash(kind: StoreServerKind): Promise<readonly string[]> {
  await providePrograms(kind.programs)
  await using server = await kind.start()
  const random = new SeededRandom(seed)
  const conversations = Array.from({ length: writers }, (_, index) => `conversation-${index}`)
  const told: StoredExchange[] = []
  const parts = Array.from({ length: processes }, (_, part) =>
    conversations.filter((_id, index) => index % processes === part),
  )
  const begin = (part: readonly string[]) =>
    startWriters([kind.name, server.url, String(random.below(2 ** 31)), ...part], told)
  const running = parts.map(begin)
  const done = { kills: 0, processKills: 0 }
  const startedMs = performance.now()
  const until = startedMs + seconds * 1000
  while (done.kills < kills && performance.now() < until) {
    await moreExchanges(told, writers / 4)
    await pause(random.below(killDelayMsMax))
    if (done.processKills < (processKills * (done.kills + 1)) / kills) {
      const part = random.below(processes)
      await killed(running[part])
      running[part] = begin(parts[part] ?? [])
      done.processKills += 1
    }
    await server.kill()
    await pause(random.below(killDelayMsMax / 4))
    await server.restart()
    done.kills += 1
  }
  await moreExchanges(told, writers)
  await Promise.all(running.map(stopped))
  const store = await kind.open(server.url, 'judge')
  const problems = await exchangeProblems(store, conversations, told)
  await store.close()
  const count = (what: string) => problems.filter((problem) => problem.startsWith(what)).length
  figures.push({
    store: kind.name,
    'kills of the server': done.kills,
    'kills of a process': done.processKills,
    writers,
    'turns acknowledged': told.length,
    lost: count('lost'),
    doubled: count('doubled'),
    problems: problems.length,
    seconds: Math.round((performance.now() - startedMs) / 1000),
  })
  return done.kills > 0 ? problems : [...problems, 'odd: nothing was killed']
}

/** As Markdown. */
function table(rows: readonly CrashFigures[]): string {
  const [first] = rows
  if (first === undefined) return 'no store was chosen\n'
  const lines = [
    Object.keys(first),
    Object.keys(first).map(() => '---'),
    ...rows.map(Object.values),
  ]
  return lines.map((cells) => `| ${cells.join(' | ')} |\n`).join('')
}

function startWriters(flags: readonly string[], told: StoredExchange[]): ChildProcess {
  const child = fork(program, flags)
  child.on('message', (exchange) => told.push(exchange as StoredExchange))
  return child
}

function moreExchanges(told: readonly StoredExchange[], more: number): Promise<unknown> {
  const before = told.length
  return waitFor('further turns', () => told.length >= before + more, 120_000)
}

async function killed(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
}

/** Resolves when it has what it waits for. */
async function stopped(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.send('stop')
  await ended
}
