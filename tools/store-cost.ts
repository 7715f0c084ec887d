import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { systemClock } from '@fairlead/base'
import { startPostgresServer, startRedisServer } from '@fairlead/base/testing'
import {
  createMemoryStore,
  createPostgresStore,
  createRedisStore,
  createSqliteStore,
  type ContextStore,
} from '@fairlead/context'
import { forgottenPlan } from '../packages/context/src/plan/forgotten-plan.ts'
import { conversationAt, turnOf } from '../packages/context/src/stores/test-support/turns.ts'
import type { Conversation } from '../packages/context/src/turns/conversation.ts'
import type { Turn } from '../packages/context/src/turns/turn.ts'
import { withTurns } from '../packages/context/src/turns/with-turns.ts'
import { postgres } from './programs/postgres.ts'
import { providePrograms } from './programs/provide-programs.ts'
import { redis } from './programs/redis.ts'

// npm run measure:stores: what one turn costs a conversation store (basis, append, finish) and what of it
// is the append, by the number of turns in the log; then how long others wait while the longest
// conversation is removed. A server is on this machine and writes to its disk before it answers. At the
// end stand median and 99th percentile of the append for every store, with the load of the machine
// while it was measured: figures of a busy one say little.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '500' },
    stores: { type: 'string', default: 'Memory,SQLite,Redis,Postgres' },
    lengths: { type: 'string', default: '10,100,1000,10000' },
  },
})
const rounds = Number(values.rounds)
const chosen = new Set(values.stores.split(','))
const lengths = values.lengths.split(',').map(Number)
const longest = `c${Math.max(...lengths)}`
/** A line for each store and length. */
const appends: string[] = []
const said = 'Summarize the minutes below, and list every decision with its owner. '.repeat(15)
const clock = { now: () => Date.now() }

function turnAt(id: string, seq: number): Turn {
  return turnOf(id, seq, {
    input: [
      {
        type: 'message',
        role: 'user',
        id: `msg_${id}_${seq}`,
        content: [{ type: 'input_text', text: said }],
      },
    ],
    plan: `plan_${id}_${seq}`,
    idempotency_key: `key_${seq}`,
    request_digest: `digest_${seq}`,
  })
}

function answered(turn: Turn): Turn {
  const content = [{ type: 'output_text', text: said }] as const
  const output = [
    { type: 'message', role: 'assistant', id: `answer_${turn.plan}`, content },
  ] as const
  return { ...turn, status: 'completed', output, completed_at: 2 }
}

/** How long the append took, in microseconds. */
async function say(store: ContextStore, id: string): Promise<number> {
  const basis = await store.basis('a', id, { pathMax: 6, key: 'key_1', digest: 'none' })
  const before: Conversation = basis?.conversation ?? conversationAt(0, 'a', id)
  const turn = turnAt(id, before.ccp.turns + 1)
  const plan = forgottenPlan(turn)
  const start = process.hrtime.bigint()
  await store.append({
    expectedRevision: basis === undefined ? null : before.ccp.revision,
    conversation: withTurns(before, [turn]),
    turns: [turn],
    plan,
  })
  const appendUs = Number(process.hrtime.bigint() - start) / 1000
  await store.finish('a', { turn: answered(turn), epoch: before.ccp.epoch, plan })
  return appendUs
}

const load = () =>
  loadavg()
    .map((one) => one.toFixed(2))
    .join(' ')

/** Median and 99th percentile. */
function shares(elapsed: readonly number[]): string {
  const sorted = elapsed.toSorted((a, b) => a - b)
  const [median, p99] = [0.5, 0.99].map((share) => sorted[Math.floor(share * rounds)] ?? 0)
  return `median ${median?.toFixed(0)} µs, p99 ${p99?.toFixed(0)} µs`
}

async function measure(name: string, store: ContextStore): Promise<void> {
  for (const length of lengths) {
    const id = `c${length}`
    for (let turn = 0; turn < length; turn += 1) await say(store, id)
    const elapsed: number[] = []
    const appended: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const start = process.hrtime.bigint()
      appended.push(await say(store, id))
      elapsed.push(Number(process.hrtime.bigint() - start) / 1000)
    }
    const append = shares(appended)
    process.stdout.write(`${name}, ${length} turns: ${shares(elapsed)}; append ${append}\n`)
    appends.push(`  ${name}, ${length} turns: ${append}; load ${load()}`)
  }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const start = process.hrtime.bigint()
  await store.remove('a', longest)
  const ms = Number(process.hrtime.bigint() - start) / 1e6
  await new Promise((resolve) => setTimeout(resolve, 5))
  delay.disable()
  process.stdout.write(
    `${name}, removing the last: ${ms.toFixed(0)} ms, longest wait ${(delay.max / 1e6).toFixed(1)} ms\n`,
  )
  await store.close()
}

async function measureSqlite(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-store-cost-'))
  try {
    const path = join(folder, 'conversations.db')
    await measure('SQLite', createSqliteStore({ path, clock, ttlMs: undefined }))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function measureRedis(name: string, flags: readonly string[]): Promise<void> {
  await using server = await startRedisServer(flags)
  const { url } = server
  await measure(name, await createRedisStore({ url, clock, ttlMs: undefined, member: 'measure' }))
}

async function measurePostgres(): Promise<void> {
  await using server = await startPostgresServer()
  const { url } = server
  const member = 'measure'
  await measure(
    'Postgres',
    await createPostgresStore({ url, clock: systemClock, ttlMs: undefined, member }),
  )
}

process.stdout.write(`${cpus().length} CPUs, load ${load()}, ${rounds} rounds\n`)
if (chosen.has('Memory')) await measure('Memory', createMemoryStore({ clock, ttlMs: undefined }))
if (chosen.has('SQLite')) await measureSqlite()
if (chosen.has('Redis')) {
  await providePrograms([redis])
  await measureRedis('Redis, appendfsync always', [])
  await measureRedis('Redis, appendfsync everysec', ['--appendfsync', 'everysec'])
}
if (chosen.has('Postgres')) {
  await providePrograms([postgres])
  await measurePostgres()
}
process.stdout.write(`append\n${appends.join('\n')}\n`)
