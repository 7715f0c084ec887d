import { type Clock, parseJson } from '@fairlead/base'
import { hasEnded, type KeptResponse, type ResponseError } from '../kept-response.ts'
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

interface MemoryResponsesOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly ttlMs: number
  readonly bounds: ResponseBounds
  readonly hasConversation: (tenant: string, id: string) => boolean
}

/** Items and body as JSON, whose length is known. */
interface Entry {
  readonly response: Omit<KeptResponse, 'body' | 'input' | 'output'>
  readonly body: string
  readonly input: string
  readonly output: string
  readonly items: readonly string[]
  /** Added to in place: a stream of many frames would be copied as often. */
  readonly frames: string[]
  readonly frameBytes: number
  readonly touchedMs: number
}

/** The kept responses of a store in this process. */
export class MemoryResponses implements ResponseStore {
  readonly #clock: Pick<Clock, 'now'>
  #ttlMs: number
  readonly #bounds: ResponseBounds
  readonly #hasConversation: MemoryResponsesOptions['hasConversation']
  /** By tenant and id; the one that was changed last comes last. */
  readonly #entries = new Map<string, Entry>()
  /** Ids of responses by tenant and conversation. */
  readonly #owned = new Map<string, Set<string>>()
  /** Ids of responses by tenant and item. */
  readonly #items = new Map<string, string>()
  #bytes = 0

  constructor({ clock, ttlMs, bounds, hasConversation }: MemoryResponsesOptions) {
    this.#clock = clock
    this.#ttlMs = ttlMs
    this.#bounds = bounds
    this.#hasConversation = hasConversation
  }

  async add({ body, input, output, ...response }: KeptResponse): Promise<boolean> {
    const { tenant, id, conversation } = response
    if (this.#entries.has(keyOf(tenant, id))) throw new Error(`there is a response ${id}`)
    if (conversation !== null && !this.#hasConversation(tenant, conversation)) return false
    this.#put({
      response,
      body: JSON.stringify(body),
      input: JSON.stringify(input),
      output: JSON.stringify(output),
      items: [],
      frames: [],
      frameBytes: 0,
      touchedMs: this.#clock.now(),
    })
    return true
  }

  async load(tenant: string, id: string): Promise<KeptResponse | undefined> {
    const entry = this.#live(tenant, id)
    return entry && read(entry)
  }

  async chain(tenant: string, id: string, bounds: ChainBounds): Promise<ResponseChain> {
    const entries: Entry[] = []
    let bytes = 0
    for (let next: string | null = id; next !== null;) {
      const entry = this.#live(tenant, next)
      if (entry === undefined) return { outcome: 'missing', id: next }
      entries.push(entry)
      bytes += Buffer.byteLength(entry.input) + Buffer.byteLength(entry.output)
      if (entries.length > bounds.responsesMax || bytes > bounds.bytesMax) {
        return { outcome: 'too-long' }
      }
      next = entry.response.previous
    }
    return { outcome: 'found', responses: entries.toReversed().map(read) }
  }

  async flush(progress: readonly ResponseProgress[]): Promise<void> {
    for (const one of progress) {
      const entry = this.#live(one.tenant, one.id)
      if (entry === undefined || hasEnded(entry.response.status)) continue
      this.#put({
        ...withFrames(entry, one),
        response: { ...entry.response, status: 'in_progress' },
        ...(one.output === undefined ? {} : { output: JSON.stringify(one.output) }),
      })
    }
  }

  async finish(end: ResponseEnd): Promise<ResponseFinish> {
    const { tenant, id, status, error, answeredBy, completedAt, body, output } = end
    const entry = this.#live(tenant, id)
    if (entry === undefined) return 'missing'
    if (hasEnded(entry.response.status)) return 'ended'
    this.#put({
      ...withFrames(entry, end),
      response: {
        ...entry.response,
        status,
        error,
        answered_by: answeredBy,
        completed_at: completedAt,
      },
      body: JSON.stringify(body),
      output: JSON.stringify(output),
      items: output.flatMap((item) => (typeof item['id'] === 'string' ? [item['id']] : [])),
      touchedMs: this.#clock.now(),
    })
    return 'stored'
  }

  async frames(
    tenant: string,
    id: string,
    from: number,
    bytesMax: number,
  ): Promise<ResponseFrames | undefined> {
    const entry = this.#live(tenant, id)
    if (entry === undefined) return undefined
    const frames: string[] = []
    let bytes = 0
    for (let number = from; number < entry.frames.length; number++) {
      const frame = entry.frames[number] ?? ''
      bytes += Buffer.byteLength(frame)
      if (frames.length > 0 && bytes > bytesMax) break
      frames.push(frame)
    }
    return { frames, status: entry.response.status, count: entry.frames.length }
  }

  async responseWithItem(tenant: string, itemId: string): Promise<string | undefined> {
    const id = this.#items.get(keyOf(tenant, itemId))
    return id !== undefined && this.#live(tenant, id) !== undefined ? id : undefined
  }

  async remove(tenant: string, id: string): Promise<boolean> {
    const entry = this.#live(tenant, id)
    if (entry !== undefined) this.#remove(entry)
    return entry !== undefined
  }

  async recover(error: ResponseError, completedAt: number): Promise<number> {
    const running = [...this.#entries.values()].filter(({ response }) => !hasEnded(response.status))
    for (const entry of running) {
      const { response } = entry
      this.#put({
        ...entry,
        response: { ...response, status: 'failed', error, completed_at: completedAt },
      })
    }
    return running.length
  }

  async expire(): Promise<number> {
    const expired = [...this.#entries.values()]
      .filter((entry) => this.#isExpired(entry))
      .slice(0, expireBatch)
    for (const entry of expired) this.#remove(entry)
    return expired.length
  }

  /** Changes how long responses are kept. */
  configure(ttlMs: number): void {
    this.#ttlMs = ttlMs
  }

  /** Deletes the responses of a conversation. Returns how many. */
  removeOf(tenant: string, conversation: string): number {
    const ids = [...(this.#owned.get(keyOf(tenant, conversation)) ?? [])]
    const found = ids.flatMap((id) => this.#entries.get(keyOf(tenant, id)) ?? [])
    for (const entry of found) this.#remove(entry)
    return found.length
  }

  clear(): void {
    this.#entries.clear()
    this.#items.clear()
    this.#owned.clear()
    this.#bytes = 0
  }

  #live(tenant: string, id: string): Entry | undefined {
    const entry = this.#entries.get(keyOf(tenant, id))
    if (entry === undefined || !this.#isExpired(entry)) return entry
    this.#remove(entry)
    return undefined
  }

  #isExpired({ response, touchedMs }: Entry): boolean {
    return hasEnded(response.status) && this.#clock.now() - touchedMs >= this.#ttlMs
  }

  #put(entry: Entry): void {
    const { tenant, id } = entry.response
    const key = keyOf(tenant, id)
    const before = this.#entries.get(key)
    if (before !== undefined) this.#remove(before)
    this.#entries.set(key, entry)
    this.#bytes += bytesOf(entry)
    for (const item of entry.items) this.#items.set(keyOf(tenant, item), id)
    const owner = ownerOf(entry)
    if (owner !== undefined) {
      this.#owned.set(owner, (this.#owned.get(owner) ?? new Set<string>()).add(id))
    }
    this.#makeRoom()
  }

  #makeRoom(): void {
    const { responsesMax, bytesMax } = this.#bounds
    if (this.#entries.size <= responsesMax && this.#bytes <= bytesMax) return
    for (const entry of this.#entries.values()) {
      if (hasEnded(entry.response.status)) this.#remove(entry)
      if (this.#entries.size <= responsesMax && this.#bytes <= bytesMax) return
    }
  }

  #remove(entry: Entry): void {
    const { tenant, id } = entry.response
    if (!this.#entries.delete(keyOf(tenant, id))) return
    this.#bytes -= bytesOf(entry)
    for (const item of entry.items) {
      const key = keyOf(tenant, item)
      if (this.#items.get(key) === id) this.#items.delete(key)
    }
    const owner = ownerOf(entry) ?? ''
    const owned = this.#owned.get(owner)
    owned?.delete(id)
    if (owned?.size === 0) this.#owned.delete(owner)
  }
}

/** JSON, so that no tenant or id with a separator in it can imitate another pair. */
function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id])
}

/** The conversation that has it. */
function ownerOf({ response: { tenant, conversation } }: Entry): string | undefined {
  return conversation === null ? undefined : keyOf(tenant, conversation)
}

function bytesOf({ body, input, output, frameBytes }: Entry): number {
  return Buffer.byteLength(body) + Buffer.byteLength(input) + Buffer.byteLength(output) + frameBytes
}

function withFrames(entry: Entry, { firstFrame, frames }: ResponseProgress | ResponseEnd): Entry {
  const added = frames.slice(Math.max(0, entry.frames.length - firstFrame))
  if (added.length === 0) return entry
  const bytes = added.reduce((total, frame) => total + Buffer.byteLength(frame), 0)
  for (const frame of added) entry.frames.push(frame)
  return { ...entry, frameBytes: entry.frameBytes + bytes }
}

/** Unchecked, because this store wrote the text from a value of the same type. */
function read({ response, body, input, output }: Entry): KeptResponse {
  return {
    ...response,
    body: parseJson(body) as KeptResponse['body'],
    input: parseJson(input) as KeptResponse['input'],
    output: parseJson(output) as KeptResponse['output'],
  }
}
