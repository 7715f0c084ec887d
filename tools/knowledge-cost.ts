import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '@fairlead/base'
import { startPostgresServer } from '@fairlead/base/testing'
import {
  type FoundPassage,
  type KnowledgeIndex,
  type KnowledgeQuery,
  type MetadataFilter,
  openPostgresIndex,
  openSqliteIndex,
} from '@fairlead/knowledge'
import pg from 'pg'
import { KnowledgeCorpus } from './knowledge-corpus.ts'
import { postgres } from './programs/postgres.ts'
import { providePrograms } from './programs/provide-programs.ts'

// npm run measure:knowledge: what a search of an index costs, by store, mode and filter; how many of
// the ten nearest vectors it finds; what the index needs of time, disk and memory. A server is on this
// machine, with its settings as they come, and writes to its disk before it answers.

const { values } = parseArgs({
  options: {
    passages: { type: 'string', default: '100000' },
    dimensions: { type: 'string', default: '384' },
    queries: { type: 'string', default: '300' },
    stores: { type: 'string', default: 'SQLite,Postgres' },
  },
})
const dimensions = Number(values.dimensions)
const queryCount = Number(values.queries)
const modes = ['BM25', 'Vector', 'Hybrid'] as const
const model = 'synthetic'
const bytesMax = 1e12
const { signal } = new AbortController()

interface Store {
  readonly name: string
  open(): Promise<KnowledgeIndex>
  diskBytes(): Promise<number>
  memoryBytes(): number
  /** Of all that takes part, in milliseconds. */
  cpuMs(): number
  [Symbol.asyncDispose](): Promise<void>
}

const filters: Readonly<
  Record<string, ((query: { readonly group: string }) => MetadataFilter) | undefined>
> = {
  'no filter': undefined,
  'own group (1 of 20)': ({ group }) => ({ type: 'in', key: 'group', value: [group] }),
  'another group': ({ group }) => {
    const number = (Number(group.slice('group-'.length)) + 7) % 20
    return { type: 'eq', key: 'group', value: `group-${number}` }
  },
  'half of all': () => ({ type: 'gte', key: 'number', value: Number(values.passages) / 20 }),
}

function sqliteStore(): Store {
  const folder = mkdtempSync(join(tmpdir(), 'knowledge-cost-'))
  return {
    name: 'SQLite',
    open: () => openSqliteIndex({ path: join(folder, 'index.db'), model, bytesMax }),
    diskBytes: async () =>
      readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0),
    memoryBytes: () => process.memoryUsage().rss,
    cpuMs: ownCpuMs,
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true }),
  }
}

async function postgresStore(): Promise<Store> {
  const release = await providePrograms([postgres])
  const server = await startPostgresServer({ settings: { max_wal_size: '4GB' } })
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  return {
    name: 'Postgres',
    open: () =>
      openPostgresIndex({ url: server.url, name: 'corpus', model, bytesMax, clock: systemClock }),
    diskBytes: async () => {
      await client.query('VACUUM ANALYZE')
      const { rows } = await client.query<{ bytes: string }>(
        "SELECT sum(pg_total_relation_size(c.oid)) AS bytes FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'fairlead' AND c.relkind = 'r'",
      )
      return Number(rows[0]?.bytes)
    },
    memoryBytes: () => memoryOfServer(server.port),
    cpuMs: () => ownCpuMs() + cpuMsOfServer(server.port),
    [Symbol.asyncDispose]: async () => {
      await client.end()
      await server[Symbol.asyncDispose]()
      release()
    },
  }
}

function ownCpuMs(): number {
  const { system, user } = process.cpuUsage()
  return (system + user) / 1000
}

/** Of all processes of a server, with what they share counted once. */
function memoryOfServer(port: number): number {
  const sizes = processesOf(port).map((pid) => {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`))?.[1]
    return 1024 * Number(kilobytes ?? 0)
  })
  return sizes.reduce((sum, size) => sum + size, 0)
}

function cpuMsOfServer(port: number): number {
  const ticks = processesOf(port).map((pid) => {
    const [user = 0, system = 0] = statOf(pid).slice(11, 13).map(Number)
    return user + system
  })
  // A hundred ticks are a second.
  return 10 * ticks.reduce((sum, one) => sum + one, 0)
}

function processesOf(port: number): readonly string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  const root = pids.find((pid) => readOrEmpty(`/proc/${pid}/cmdline`).includes(`--port=${port}\0`))
  return pids.filter((pid) => pid === root || statOf(pid)[1] === root)
}

/** What stands behind the name of a process: its state, its parent and so on. */
function statOf(pid: string): readonly string[] {
  const stat = readOrEmpty(`/proc/${pid}/stat`)
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Empty for a process that has ended. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

async function measure(store: Store): Promise<void> {
  await using _ = store
  const vectors: Float32Array[] = []
  const groups: string[] = []
  const corpus = new KnowledgeCorpus(dimensions)
  const filling = await store.open()
  const startedMs = performance.now()
  for (const document of corpus.documents(Number(values.passages))) {
    await filling.put(document)
    for (const { vector } of document.passages) {
      if (vector !== undefined) vectors.push(vector)
      groups.push(String(document.metadata['group']))
    }
    if (vectors.length % 10_000 === 0) process.stderr.write(`\r${vectors.length} passages`)
  }
  const seconds = (performance.now() - startedMs) / 1000
  await filling.close()
  const before = store.memoryBytes()
  const disk = await store.diskBytes()
  const index = await store.open()
  const queries = Array.from({ length: queryCount }, () => corpus.query())
  for (const [name, filterOf] of Object.entries(filters)) {
    for (const mode of modes) {
      const times: number[] = []
      const found: (readonly FoundPassage[])[] = []
      const beforeMs = store.cpuMs()
      for (const { group, ...query } of queries) {
        const filter = filterOf?.({ group })
        const asked: KnowledgeQuery = {
          ...query,
          mode,
          topK: 10,
          signal,
          ...(filter === undefined ? {} : { filter }),
        }
        const fromMs = performance.now()
        found.push(await index.search(asked))
        times.push(performance.now() - fromMs)
      }
      const cpuSpentMs = store.cpuMs() - beforeMs
      const recall =
        mode === 'Vector' && name !== 'half of all'
          ? `, recall@10 ${recallOf(name, queries, found)}`
          : ''
      const cpuMs = (cpuSpentMs / queries.length).toFixed(1)
      print(`${store.name}, ${mode}, ${name}: ${percentiles(times)}, CPU ${cpuMs} ms${recall}`)
    }
  }
  const memory = store.memoryBytes()
  const what =
    store.name === 'SQLite'
      ? `${mb(memory)} MB of this process, of which ${mb(before)} before`
      : `${mb(memory)} MB of the server`
  print(
    `${store.name}: ${vectors.length} passages in ${Math.round(seconds)} s, ${mb(disk)} MB on disk, resident ${what}`,
  )
  await index.close()

  function recallOf(
    name: string,
    asked: readonly ReturnType<KnowledgeCorpus['query']>[],
    answers: readonly (readonly FoundPassage[])[],
  ): string {
    const some = asked.slice(0, 100)
    const shares = some.map(({ group, vector }, at) => {
      const wanted = filters[name]?.({ group })
      const isAllowed = (own: string) =>
        wanted === undefined ||
        (wanted.type === 'eq' && wanted.value === own) ||
        (wanted.type === 'in' && wanted.value.includes(own))
      const scores = vectors.flatMap((one, place) =>
        isAllowed(groups[place] ?? '') ? [dot(one, vector ?? one)] : [],
      )
      const least = scores.toSorted((one, other) => other - one)[9] ?? -1
      // By what they were found with, which is rounded.
      return (answers[at] ?? []).filter(({ score }) => score >= least - 0.0005).length / 10
    })
    return (shares.reduce((sum, share) => sum + share, 0) / shares.length).toFixed(3)
  }
}

function dot(one: Float32Array, other: Float32Array): number {
  let sum = 0
  for (let at = 0; at < one.length; at++) sum += (one[at] ?? 0) * (other[at] ?? 0)
  return sum
}

function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(1)
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
}

function mb(bytes: number): number {
  return Math.round(bytes / 1024 ** 2)
}

function print(line: string): void {
  process.stdout.write(`\r${line}\n`)
}

const chosen = values.stores.split(',')
if (chosen.includes('SQLite')) await measure(sqliteStore())
if (chosen.includes('Postgres')) await measure(await postgresStore())
