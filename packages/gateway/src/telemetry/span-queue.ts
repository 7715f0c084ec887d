/** The spans of one call as JSON, separated by commas. */
export interface SpanChunk {
  readonly json: string
  readonly spans: number
}

/** Spans that wait to be sent: at most `bytesMax` of them. */
export class SpanQueue {
  readonly #bytesMax: number
  #chunks: SpanChunk[] = []
  #first = 0
  #bytes = 0
  #spans = 0

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  get spans(): number {
    return this.#spans
  }

  /** False if there is no room for it. */
  add(chunk: SpanChunk): boolean {
    const bytes = bytesOf(chunk)
    if (this.#bytes + bytes > this.#bytesMax) return false
    this.#chunks.push(chunk)
    this.#bytes += bytes
    this.#spans += chunk.spans
    return true
  }

  /** The oldest spans, as many as fit, but at least one chunk if there is any. */
  take(limit: { readonly spans: number; readonly bytes: number }): SpanChunk | undefined {
    const taken: string[] = []
    let [bytes, spans] = [0, 0]
    for (;;) {
      const chunk = this.#chunks[this.#first]
      if (chunk === undefined) break
      const isFull = spans + chunk.spans > limit.spans || bytes + bytesOf(chunk) > limit.bytes
      if (isFull && spans > 0) break
      taken.push(chunk.json)
      bytes += bytesOf(chunk)
      spans += chunk.spans
      this.#first += 1
    }
    this.#bytes -= bytes
    this.#spans -= spans
    // One copy for many chunks, so that all together cost linear time.
    if (this.#first * 2 > this.#chunks.length) {
      this.#chunks = this.#chunks.slice(this.#first)
      this.#first = 0
    }
    return spans === 0 ? undefined : { json: taken.join(','), spans }
  }
}

/** What a text may take in memory: two bytes a character at most. */
function bytesOf({ json }: SpanChunk): number {
  return json.length * 2
}
