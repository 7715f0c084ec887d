import { Agent } from 'node:http'
import { isJsonObject, systemClock } from '@fairlead/base'
import { SeededRandom } from '@fairlead/base/testing'
import { createConversations, createMemoryStore } from '@fairlead/context'
import { Registry } from 'prom-client'
import { startGateway } from '../../start-gateway.ts'
import { casesBySurface } from './cases-by-surface.ts'
import { type FuzzCase, fuzzedModels } from './fuzz-case.ts'
import { fuzzedSnapshot } from './fuzzed-snapshot.ts'
import { startFuzzUpstream } from './fuzz-upstream.ts'
import { faultOf } from './judge-answer.ts'
import { bytesOf } from './json-node.ts'
import { keptBytes } from './kept-memory.ts'
import { deleteConversation, type FuzzAnswer, sendCase } from './send-case.ts'
import { shrink } from './shrink.ts'
import { TestSecrets, TestSnapshots } from '../sources.ts'

/** A request to which the answer is wrong. */
interface FuzzFault {
  /** Makes the case again. */
  readonly seed: number
  readonly what: string
  readonly request: string
  readonly headers: Readonly<Record<string, string>>
  /** The smallest body with the same kind of fault; its beginning. */
  readonly body: string
}

interface FuzzResult {
  readonly cases: number
  /** How many answers had which status. */
  readonly statuses: ReadonlyMap<number, number>
  readonly faults: readonly FuzzFault[]
  /** What the gateway logged as an error. */
  readonly errors: readonly string[]
  /** Bytes that the second half of the cases left behind, for each of them. */
  readonly keptBytesPerCase: number
  /** Series of metrics that the second half added. */
  readonly newSeries: number
  /** What of these two is too much; undefined: nothing. */
  readonly growth: string | undefined
}

/** So many requests are under way at once. */
const parallel = 16
/** With so many the cause is known. */
const faultsMax = 10
const bodyShownMax = 2000
/** A rare status may come late; every model that a caller makes up would be more. */
const newSeriesMax = 100

/**
 * Sends cases `seed`, `seed` + 1, … to a gateway in this process whose providers are well, and
 * judges every answer. Faults come with the smallest body that shows them.
 */
export async function fuzzCalls(seed: number, cases: number): Promise<FuzzResult> {
  const upstream = await startFuzzUpstream()
  const random = new SeededRandom(seed)
  const errors: string[] = []
  const registry = new Registry()
  const gateway = await startGateway({
    listen: { host: '127.0.0.1', port: 0 },
    snapshots: new TestSnapshots(fuzzedSnapshot(upstream.url)),
    secrets: new TestSecrets(Object.fromEntries(fuzzedModels.map((model) => [model, 'sk']))),
    openStore: () =>
      createConversations({
        store: createMemoryStore({ clock: systemClock, ttlMs: undefined }),
        clock: systemClock,
        random: () => random.next(),
      }),
    registry,
    logger: {
      debug() {},
      info() {},
      warn() {},
      error: (fields, message) => void errors.push(`${message} ${describe(fields)}`),
    },
  })
  const run = new FuzzRun(gateway.url)
  try {
    await run.run(seed, Math.ceil(cases / 2))
    const before = { bytes: keptBytes(), series: await seriesOf(registry) }
    await run.run(seed + Math.ceil(cases / 2), Math.floor(cases / 2))
    const secondHalf = Math.floor(cases / 2)
    const kept = keptBytes() - before.bytes
    const newSeries = (await seriesOf(registry)) - before.series
    return {
      cases: run.cases,
      statuses: run.statuses,
      faults: run.faults,
      errors: errors.slice(0, faultsMax),
      keptBytesPerCase: kept / Math.max(1, secondHalf),
      newSeries,
      growth: growthOf(kept, secondHalf, newSeries),
    }
  } finally {
    run.stop()
    await gateway.drain(0)
    upstream.close()
  }
}

/** The case that a seed makes. */
function caseOf(seed: number): FuzzCase {
  const random = new SeededRandom(seed)
  // Chat completions are what has most ways; the others get a part each.
  const surface = random.chance(0.6) ? 'chat-completions' : random.pick(Object.keys(casesBySurface))
  const make = casesBySurface[surface]
  if (make === undefined) throw new Error(`there are no cases of ${surface}`)
  return make(random)
}

class FuzzRun {
  cases = 0
  readonly statuses = new Map<number, number>()
  readonly faults: FuzzFault[] = []
  readonly #gateway: string
  readonly #agent = new Agent({ keepAlive: true, maxSockets: parallel })

  constructor(gateway: string) {
    this.#gateway = gateway
  }

  async run(seed: number, cases: number): Promise<void> {
    for (let done = 0; done < cases && this.faults.length < faultsMax; done += parallel) {
      const seeds = Array.from(
        { length: Math.min(parallel, cases - done) },
        (_, index) => seed + done + index,
      )
      await Promise.all(seeds.map((each) => this.#runCase(each)))
    }
  }

  stop(): void {
    this.#agent.destroy()
  }

  async #runCase(seed: number): Promise<void> {
    const made = caseOf(seed)
    const what = await this.#send(made)
    this.cases += 1
    if (what === undefined) return
    const kind = kindOf(what)
    const body =
      made.body === undefined
        ? undefined
        : await shrink(made.body, async (smaller) => {
            const other = await this.#send({ ...made, body: smaller })
            return other !== undefined && kindOf(other) === kind
          })
    this.faults.push({
      seed,
      what,
      request: `${made.method} ${made.path}`,
      headers: made.headers,
      body: body === undefined ? '' : bytesOf(body).toString('latin1').slice(0, bodyShownMax),
    })
  }

  /** What is wrong with the answer; undefined: nothing. Removes the conversation, if one began. */
  async #send(made: FuzzCase): Promise<string | undefined> {
    try {
      const answer = await sendCase(this.#gateway, this.#agent, made)
      this.statuses.set(answer.status, (this.statuses.get(answer.status) ?? 0) + 1)
      const conversation = conversationOf(answer)
      if (conversation !== undefined) {
        const status = await deleteConversation(this.#gateway, this.#agent, conversation)
        if (status >= 500) return `status ${status} when the conversation is deleted`
      }
      return faultOf(answer)
    } catch (error) {
      return `no whole answer: ${error instanceof Error ? error.message : String(error)}`
    }
  }
}

function conversationOf({ headers, body }: FuzzAnswer): string | undefined {
  const named = headers['x-fairlead-conversation']
  if (typeof named === 'string') return named
  const value: unknown = body.includes('"object":"conversation"')
    ? JSON.parse(body.toString('utf8'))
    : undefined
  return isJsonObject(value) && typeof value['id'] === 'string' ? value['id'] : undefined
}

/**
 * Functions that are compiled late and pools that fill add some megabytes once. Whatever is kept for
 * a request, if only its id, is more than a hundred bytes.
 */
function growthOf(kept: number, cases: number, newSeries: number): string | undefined {
  if (kept > 4 * 2 ** 20 + 100 * cases) return `${kept} bytes were kept of ${cases} cases`
  return newSeries > newSeriesMax ? `${newSeries} series of metrics are new` : undefined
}

/** What two faults with one cause have in common. */
function kindOf(what: string): string {
  return what.replaceAll(/\d+/g, '').slice(0, 40)
}

async function seriesOf(registry: Registry): Promise<number> {
  return (await registry.metrics()).split('\n').length
}

function describe(fields: object): string {
  const { err } = fields as { readonly err?: unknown }
  return err instanceof Error ? (err.stack ?? err.message) : JSON.stringify(fields)
}
