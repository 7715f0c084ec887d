import type { JsonObject } from '@fairlead/base'

/** Writes the blocks of a stream, which follow one another: opening one closes the last. */
export class BlockWriter {
  #index = -1
  #open: 'text' | 'thinking' | 'call' | undefined

  /** What is being written; undefined between blocks. */
  get open(): 'text' | 'thinking' | 'call' | undefined {
    return this.#open
  }

  start(kind: 'text' | 'thinking' | 'call', block: JsonObject): string {
    const closed = this.close()
    this.#open = kind
    this.#index += 1
    return closed + frame({ type: 'content_block_start', index: this.#index, content_block: block })
  }

  delta(delta: JsonObject): string {
    return frame({ type: 'content_block_delta', index: this.#index, delta })
  }

  close(): string {
    if (this.#open === undefined) return ''
    this.#open = undefined
    return frame({ type: 'content_block_stop', index: this.#index })
  }

  /** A block that is known at once. */
  whole(block: JsonObject, ...deltas: readonly JsonObject[]): string {
    const started = this.start('text', block)
    return started + deltas.map((delta) => this.delta(delta)).join('') + this.close()
  }

  /** The provider's own block, in the pieces in which it comes from the API. */
  native(block: JsonObject): string {
    switch (block['type']) {
      case 'server_tool_use':
      case 'mcp_tool_use': {
        const input = {
          type: 'input_json_delta',
          partial_json: JSON.stringify(block['input'] ?? {}),
        }
        return this.whole({ ...block, input: {} }, input)
      }
      case 'compaction': {
        const content = { type: 'compaction_delta', content: block['content'] ?? null }
        return this.whole({ ...block, content: null }, content)
      }
      default:
        return this.whole(block)
    }
  }
}

/** An event of the stream, as a frame. */
export function frame(data: JsonObject): string {
  return `event: ${String(data['type'])}\ndata: ${JSON.stringify(data)}\n\n`
}
