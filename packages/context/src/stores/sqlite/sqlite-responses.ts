import type { DatabaseSync } from 'node:sqlite'
import type { Clock } from '@fairlead/base'
import type { KeptResponse, ResponseError } from '../kept-response.ts'
import type {
  ChainBounds,
  ResponseBounds,
  ResponseChain,
  ResponseEnd,
  ResponseFinish,
  ResponseFrames,
  ResponseProgress,
  ResponseStore,
} from '../response-store.ts'
import { expireBatch } from '../turn-store.ts'
import { readResponseStatus } from '../read-status.ts'
import { readResponse } from './read-response.ts'
import type { SqliteConversations } from './sqlite-conversations.ts'
import { prepareResponseStatements, type ResponseStatements } from './response-statements.ts'
import type { SqliteTransactions } from './sqlite-transactions.ts'

interface SqliteResponsesOptions {
  readonly database: DatabaseSync
  readonly transactions: SqliteTransactions
  readonly conversations: SqliteConversations
  readonly clock: Pick<Clock, 'now'>
  readonly ttlMs: number
  readonly bounds: ResponseBounds
}

type Row = Readonly<Record<string, unknown>>

/** The kept responses of a SQLite store, in the store's file. */
export class SqliteResponses implements ResponseStore {
  readonly #sql: ResponseStatements
  readonly #transactions: SqliteTransactions
  readonly #conversations: SqliteConversations
  readonly #clock: Pick<Clock, 'now'>
  #ttlMs: number
  readonly #bounds: ResponseBounds
  #count: number
  #bytes: number

  constructor(options: SqliteResponsesOptions) {
    this.#sql = prepareResponseStatements(options.database)
    this.#transactions = options.transactions
    this.#conversations = options.conversations
    this.#clock = options.clock
    this.#ttlMs = options.ttlMs
    this.#bounds = options.bounds
    const totals = this.#sql.totals.get()
    this.#count = Number(totals?.['responses'])
    this.#bytes = Number(totals?.['bytes'])
  }

  async add(response: KeptResponse): Promise<boolean> {
    const { tenant, id, previous, conversation, status, background, created_at } = response
    const { completed_at, error, answered_by, body, input, output } = response
    const isOwned = conversation !== null
    if (isOwned && this.#conversations.live(tenant, conversation) === undefined) return false
    const begin = [tenant, id, previous, conversation, status, Number(background), created_at]
    const texts = [body, input, output].map((value) => JSON.stringify(value))
    this.#change(response, () => {
      const told = [completed_at, textOf(error), textOf(answered_by)]
      this.#sql.insert.run(...begin, ...told, this.#clock.now(), ...texts)
    })
    return true
  }

  async load(tenant: string, id: string): Promise<KeptResponse | undefined> {
    return this.#head(tenant, id) && this.#load(tenant, id)
  }

  async chain(tenant: string, id: string, bounds: ChainBounds): Promise<ResponseChain> {
    // Measured before anything is parsed, so that a chain that is too long costs little.
    const ids: string[] = []
    let bytes = 0
    for (let next: string | null = id; next !== null;) {
      const head = this.#head(tenant, next)
      if (head === undefined) return { outcome: 'missing', id: next }
      ids.push(next)
      bytes += Number(head['item_bytes'])
      if (ids.length > bounds.responsesMax || bytes > bounds.bytesMax) {
        return { outcome: 'too-long' }
      }
      const { previous } = head
      next = typeof previous === 'string' ? previous : null
    }
    const responses = ids.toReversed().flatMap((one) => this.#load(tenant, one) ?? [])
    return { outcome: 'found', responses }
  }

  async flush(progress: readonly ResponseProgress[]): Promise<void> {
    for (const one of progress) {
      const { tenant, id, output } = one
      if (this.#head(tenant, id)?.['running'] !== 1) continue
      this.#change(one, () => {
        this.#addFrames(one)
        const text = output === undefined ? null : JSON.stringify(output)
        this.#sql.flush.run(text, tenant, id)
      })
    }
  }

  async finish(end: ResponseEnd): Promise<ResponseFinish> {
    const { tenant, id, status, completedAt, error, answeredBy, body, output } = end
    const head = this.#head(tenant, id)
    if (head === undefined) return 'missing'
    if (head['running'] !== 1) return 'ended'
    const texts = [JSON.stringify(body), JSON.stringify(output)]
    this.#change(end, () => {
      this.#addFrames(end)
      const told = [status, completedAt, textOf(error), textOf(answeredBy)]
      this.#sql.finish.run(...told, this.#clock.now(), ...texts, tenant, id)
      for (const { id: item } of output) {
        if (typeof item === 'string') this.#sql.insertItem.run(tenant, item, id)
      }
    })
    return 'stored'
  }

  async frames(
    tenant: string,
    id: string,
    from: number,
    bytesMax: number,
  ): Promise<ResponseFrames | undefined> {
    const head = this.#head(tenant, id)
    if (head === undefined) return undefined
    const frames: string[] = []
    let bytes = 0
    for (const row of this.#sql.frames.iterate(tenant, id, from)) {
      const frame = String(row['frame'])
      bytes += Buffer.byteLength(frame)
      if (frames.length > 0 && bytes > bytesMax) break
      frames.push(frame)
    }
    return { frames, status: readResponseStatus(head['status']), count: Number(head['frames']) }
  }

  async responseWithItem(tenant: string, itemId: string): Promise<string | undefined> {
    const id = this.#sql.itemOwner.get(tenant, itemId)?.['response']
    return typeof id === 'string' && this.#head(tenant, id) !== undefined ? id : undefined
  }

  async remove(tenant: string, id: string): Promise<boolean> {
    const existed = this.#head(tenant, id) !== undefined
    this.#remove(tenant, id)
    if (existed) await this.#transactions.wipeLog()
    return existed
  }

  async recover(error: ResponseError, completedAt: number): Promise<number> {
    return Number(this.#sql.recover.run(textOf(error), completedAt).changes)
  }

  async expire(): Promise<number> {
    const expired = this.#sql.expired.all(this.#clock.now() - this.#ttlMs, expireBatch)
    this.#transactions.run(() => {
      for (const { tenant, id } of expired) this.#remove(String(tenant), String(id))
    })
    if (expired.length > 0) await this.#transactions.wipeLog()
    return expired.length
  }

  /** Changes how long responses are kept. */
  configure(ttlMs: number): void {
    this.#ttlMs = ttlMs
  }

  /**
   * Deletes responses of a conversation, all of them where no number is given. Returns how many. The log
   * is not wiped.
   */
  removeOf(tenant: string, conversation: string, most = Number.MAX_SAFE_INTEGER): number {
    const found = this.#sql.ofConversation.all(tenant, conversation, most)
    for (const { id } of found) this.#remove(tenant, String(id))
    return found.length
  }

  #load(tenant: string, id: string): KeptResponse | undefined {
    const row = this.#sql.load.get(tenant, id)
    return row && readResponse(row)
  }

  /** What a response is like, without its text; undefined once it has expired. */
  #head(tenant: string, id: string): Row | undefined {
    const head = this.#sql.head.get(tenant, id)
    if (head === undefined || head['running'] === 1) return head
    return this.#clock.now() - Number(head['touched_ms']) < this.#ttlMs ? head : undefined
  }

  #addFrames({ tenant, id, firstFrame, frames }: ResponseProgress | ResponseEnd): void {
    const known = Number(this.#sql.head.get(tenant, id)?.['frames'])
    const added = frames.slice(Math.max(0, known - firstFrame))
    if (added.length === 0) return
    let bytes = 0
    for (const [index, frame] of added.entries()) {
      bytes += Buffer.byteLength(frame)
      this.#sql.insertFrame.run(tenant, id, known + index, frame)
    }
    this.#sql.countFrames.run(known + added.length, bytes, tenant, id)
  }

  /** Makes a change to one response, and room for it. */
  #change({ tenant, id }: Pick<KeptResponse, 'tenant' | 'id'>, work: () => void): void {
    const before = this.#sql.head.get(tenant, id)
    this.#transactions.run(work)
    const after = this.#sql.head.get(tenant, id)
    this.#count += Number(after !== undefined) - Number(before !== undefined)
    this.#bytes += Number(after?.['bytes'] ?? 0) - Number(before?.['bytes'] ?? 0)
    const { responsesMax, bytesMax } = this.#bounds
    while (this.#count > responsesMax || this.#bytes > bytesMax) {
      const oldest = this.#sql.oldest.get()
      // Those that run are bounded in number and size by the gateway.
      if (oldest === undefined) return
      this.#remove(String(oldest['tenant']), String(oldest['id']))
    }
  }

  #remove(tenant: string, id: string): void {
    const bytes = this.#sql.head.get(tenant, id)?.['bytes']
    if (bytes === undefined) return
    this.#sql.remove.run(tenant, id)
    this.#count -= 1
    this.#bytes -= Number(bytes)
  }
}

function textOf(value: object | null): string | null {
  return value === null ? null : JSON.stringify(value)
}
