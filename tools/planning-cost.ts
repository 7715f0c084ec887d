import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { silentLogger, systemClock } from '@fairlead/base'
import {
  createConversations,
  createMemoryStore,
  ThreadCounter,
  type Conversations,
  type ContextModels,
  type ContextStore,
  type StrategyInput,
} from '@fairlead/context'
import { turnRequest } from '../packages/context/src/service/test-support/conversation-bench.ts'
import { assistant, user } from '../packages/context/src/turns/test-support/items.ts'

// npm run measure:planning: what it costs to begin a turn of a long conversation, by strategy, in
// milliseconds: warm, when this process has planned the turn before, and cold, when it has just
// started. The store is in this process, so that there is no round trip; how long its operations take
// is told as well, and is part of the other figures.

const { values } = parseArgs({
  options: {
    turns: { type: 'string', default: '10000' },
    rounds: { type: 'string', default: '60' },
    colds: { type: 'string', default: '7' },
    rows: { type: 'string' },
  },
})
const [turns, rounds, colds] = [values.turns, values.rounds, values.colds].map(Number) as [
  number,
  number,
  number,
]
const tenant = 'team/app'
const id = 'chat-1'

type History = StrategyInput['history']
const bm25 = { mode: 'BM25', maxTokens: 2000, neighbours: 1 } as const
const window: History = { mode: 'TokenWindow', highTokens: 16_000, lowTokens: 9600 }
const lastTurns: History = { mode: 'LastTurns', turns: 5, slackTurns: 5 }
const summarize: History = {
  mode: 'Summarize',
  triggerTokens: 16_000,
  targetTokens: 8000,
  keepLastTurns: 2,
}

interface Row {
  readonly name: string
  readonly history: History
  readonly retrieval?: StrategyInput['retrieval']
  readonly window?: number
  /** Whether the caller sends the whole conversation along, as chat clients do. */
  readonly sendsAll?: boolean
}

const rows: readonly Row[] = [
  { name: 'LastTurns', history: lastTurns },
  { name: 'LastTurns, BM25', history: lastTurns, retrieval: bm25 },
  { name: 'LastTurns, history sent along', history: lastTurns, sendsAll: true },
  { name: 'TokenWindow', history: window },
  { name: 'TokenWindow, BM25', history: window, retrieval: bm25 },
  { name: 'Summarize', history: summarize },
  { name: 'Summarize, BM25', history: summarize, retrieval: bm25 },
  { name: 'Full, window of 128k', history: { mode: 'Full' }, window: 128_000 },
  { name: 'Full, everything sent', history: { mode: 'Full' } },
]

/** Text of about so many tokens, different each time. */
let made = 0
function said(tokens: number): string {
  made += 1
  const words = ['budget', 'meeting', 'deploy', 'garden', 'invoice', 'server', 'recipe', 'holiday']
  return Array.from({ length: tokens }, (_, index) =>
    index % 9 === 0 ? `n${(made * 31 + index) % 9973}` : words[(made * 7 + index * 3) % 8],
  ).join(' ')
}

const models: ContextModels = {
  text: async () => ({ text: `Summary: ${said(300)}`, model: 'model-a' }),
}

/** Adds up how long the operations of a store take. */
class TimedStore {
  ms = 0
  calls = 0
  readonly store: ContextStore

  constructor(real: ContextStore) {
    this.store = new Proxy(real, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return async (...args: unknown[]): Promise<unknown> => {
          const start = performance.now()
          const found: unknown = Reflect.apply(member, target, args)
          this.ms += performance.now() - start
          this.calls += 1
          return found
        }
      },
    })
  }
}

const counter = new ThreadCounter({ clock: systemClock, logger: silentLogger })
const history = Array.from({ length: turns }, () => [user(said(25)), assistant(said(60))])

async function filled(): Promise<TimedStore> {
  const store = new TimedStore(
    createMemoryStore({ clock: systemClock, ttlMs: undefined, maxBytes: 2 ** 31 }),
  )
  const conversations = opened(store)
  await conversations.create({ tenant, id, items: [] })
  for (let from = 0; from < turns; from += 500) {
    await conversations.addItems({ tenant, id }, history.slice(from, from + 500).flat())
  }
  return store
}

function opened({ store }: TimedStore): Conversations {
  return createConversations({ store, clock: systemClock, random: Math.random, counter })
}

async function idle(): Promise<void> {
  for (let round = 0; round < 200; round += 1) await new Promise(setImmediate)
}

const sentAlong = history.flat()

/** How long the turns since it was emptied took to begin, with all that this process waited for. */
const elapsed: number[] = []

/** Says a turn. Returns the CPU time of this thread until it had begun, in milliseconds. */
async function say(conversations: Conversations, row: Row): Promise<number> {
  const { history: mode, retrieval, sendsAll = false } = row
  const question = user(said(25))
  const input = sendsAll ? [...sentAlong, question] : [question]
  const request = turnRequest(input, {
    models,
    window: row.window,
    strategy: {
      name: 's',
      generation: 1,
      history: mode,
      ...(retrieval === undefined ? {} : { retrieval }),
      reserveOutputTokens: 0,
      onOverflow: 'Compact',
    },
  })
  const start = process.threadCpuUsage()
  const startMs = performance.now()
  const open = await conversations.begin(request)
  elapsed.push(performance.now() - startMs)
  const { system, user: own } = process.threadCpuUsage(start)
  const ms = (system + own) / 1000
  await open.answering(request.targets[0], 1)
  const output = [assistant(said(60))]
  await open.finish({ status: 'completed', output, usage: undefined, model: 'model-a' })
  if (sendsAll) sentAlong.push(question, ...output)
  return ms
}

interface Spread {
  readonly min: number
  readonly median: number
  readonly p99: number
}

function spread(elapsed: readonly number[]): Spread {
  const sorted = elapsed.toSorted((one, other) => one - other)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  return { min: at(0), median: at(0.5), p99: at(0.99) }
}

const shown = ({ min, median, p99 }: Spread) =>
  [min, median, p99].map((ms) => ms.toFixed(2).padStart(8)).join('')

async function measure(row: Row): Promise<void> {
  const store = await filled()
  sentAlong.splice(turns * 2)
  let conversations = opened(store)
  // The first of all turns, and summaries until there is nothing left to summarise.
  const start = performance.now()
  const first = await say(conversations, row)
  let catchUps = 0
  let longest = 0
  if (row.history.mode === 'Summarize') {
    for (let left = 400; left > 0; left -= 1) {
      await idle()
      const ms = await say(conversations, row)
      longest = Math.max(longest, ms)
      catchUps += 1
      const plan = await conversations.plan(
        turnRequest([user('x')], {
          strategy: { ...turnRequest([]).strategy, history: row.history },
        }),
      )
      if (plan.plan.summary?.id !== null && plan.plan.summary?.next === 'not_needed') break
    }
  }
  const caughtUpMs = performance.now() - start
  for (let round = 0; round < 5; round += 1) await say(conversations, row)
  await idle()
  store.ms = 0
  store.calls = 0
  const warm: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    warm.push(await say(conversations, row))
    await idle()
  }
  const storeMs = store.ms / rounds
  const cold: number[] = []
  for (let round = 0; round < colds; round += 1) {
    conversations = opened(store)
    cold.push(await say(conversations, row))
    await idle()
  }
  const caught =
    catchUps === 0
      ? ''
      : `  ${catchUps} turns and ${caughtUpMs.toFixed(0)} ms until summarised, longest begin ${longest.toFixed(1)}`
  process.stdout.write(
    `${row.name.padEnd(32)}${shown(spread(warm))}   ${shown(spread(cold))}   ${first.toFixed(1).padStart(7)} ${storeMs.toFixed(2).padStart(7)}${caught}\n`,
  )
}

process.stdout.write(
  `${turns} turns, ${rounds} warm and ${colds} cold; load of the machine ${loadavg()
    .map((load) => load.toFixed(2))
    .join(' ')}\n`,
)
process.stdout.write(
  `${''.padEnd(32)}${'warm min  median     p99'.padStart(24)}   ${'cold min  median     p99'.padStart(24)}     first   store\n`,
)
const wanted = values.rows?.split(';')
for (const row of rows) if (wanted === undefined || wanted.includes(row.name)) await measure(row)
process.exit()
