import type { KeptCall } from './recent-calls.ts'

/** What an entry takes beside its texts, in bytes. */
const entryBytes = 200

/** The last calls, by their id, in at most `bytesMax`: the oldest make room for new ones. */
export class CallMemory {
  readonly #bytesMax: number
  readonly #calls = new Map<string, KeptCall>()
  /** In the order in which they came. A Map would look for its oldest entry longer and longer. */
  #order: KeptCall[] = []
  #oldest = 0
  #bytes = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get size(): number {
    return this.#calls.size
  }

  keep(call: KeptCall): void {
    const bytes = bytesOf(call)
    if (bytes > this.#bytesMax || this.#calls.has(call.requestId)) return
    this.#calls.set(call.requestId, call)
    this.#order.push(call)
    this.#bytes += bytes
    while (this.#bytes > this.#bytesMax) this.#forgetOldest()
  }

  /** The JSON of a call that a caller of this tenant made. */
  find(requestId: string, tenant: string): string | undefined {
    const call = this.#calls.get(requestId)
    const isOwn = call !== undefined && tenant !== '' && call.tenant === tenant
    return isOwn ? call.json : undefined
  }

  #forgetOldest(): void {
    const oldest = this.#order[this.#oldest]
    if (oldest === undefined) return
    this.#calls.delete(oldest.requestId)
    this.#bytes -= bytesOf(oldest)
    this.#oldest += 1
    // One copy for many calls, so that all together cost linear time.
    if (this.#oldest * 2 < this.#order.length) return
    this.#order = this.#order.slice(this.#oldest)
    this.#oldest = 0
  }
}

/** At most two bytes a character. */
function bytesOf({ requestId, tenant, json }: KeptCall): number {
  return (requestId.length + tenant.length + json.length) * 2 + entryBytes
}
