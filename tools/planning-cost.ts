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

// npm run measure:planning: what it costs to begin a turn of a long conversation, by strategy: the CPU
// time of the gateway's thread in milliseconds, which tells the same on a busy machine, and the time
// that passed, of which the counts of a tokenizer in another thread are a part. Warm is a turn of a
// conversation that goes on, cold the first one in a process that knows nothing of it yet, `first` the
// very first, before anything was compiled. The store is in this process, so that there is no round
// trip; what its operations take is told as well, and is part of the other figures.

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
  embedder: () => {
    throw new Error('none of these strategies asks for vectors')
  },
}

/** Adds up how long the operations of a store take. */
class TimedStore {
  ms = 0
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

/** Minimum, median and 99th percentile. */
function spread(figures: readonly number[]): string {
  const sorted = figures.toSorted((one, other) => one - other)
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
  return [0, 0.5, 0.99].map((share) => shown(at(share))).join('')
}

const shown = (ms = 0) => ms.toFixed(2).padStart(9)

/** Goes on until a summary tells what the strategy wants told. Returns how many turns that took. */
async function catchUp(conversations: Conversations, row: Row): Promise<number> {
  const strategy = { ...turnRequest([]).strategy, history: row.history }
  for (let count = 0; ; count += 1) {
    const { plan } = await conversations.plan(turnRequest([user('x')], { strategy }))
    if (plan.summary === undefined || plan.summary.next === 'not_needed') return count
    await say(conversations, row)
    await idle()
  }
}

async function measure(row: Row): Promise<void> {
  const store = await filled()
  sentAlong.splice(turns * 2)
  let conversations = opened(store)
  const first = await say(conversations, row)
  await idle()
  const untilSummarised = await catchUp(conversations, row)
  for (let round = 0; round < 5; round += 1) await say(conversations, row)
  await idle()
  store.ms = 0
  elapsed.splice(0)
  const warm: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    warm.push(await say(conversations, row))
    await idle()
  }
  const passed = spread(elapsed)
  const storeMs = store.ms / rounds
  const cold: number[] = []
  for (let round = 0; round < colds; round += 1) {
    conversations = opened(store)
    cold.push(await say(conversations, row))
    await idle()
  }
  const summarised = untilSummarised === 0 ? '' : `  summarised after ${untilSummarised} turns`
  process.stdout.write(
    `${row.name.padEnd(30)}${spread(warm)} ${passed} ${spread(cold)}${shown(first)}${shown(storeMs)}${summarised}\n`,
  )
}

const load = loadavg().map((one) => one.toFixed(2))
const [three, titles] = [
  ['      min', '   median', '      p99'].join(''),
  ['warm, CPU', 'warm, passed', 'cold, CPU'].map((title) => title.padStart(27)).join(' '),
]
process.stdout.write(
  `${turns} turns, ${rounds} warm and ${colds} cold; load of the machine ${load.join(' ')}\n` +
    `${''.padEnd(30)}${titles}    first    store\n${''.padEnd(30)}${three} ${three} ${three}\n`,
)
const wanted = values.rows?.split(';')
for (const row of rows) if (wanted === undefined || wanted.includes(row.name)) await measure(row)
// The tokenizer's thread would wait for more.
process.exit()
