/**
 * A minimal reading of a recorded Anthropic response, independent of the gateway's own dialect, to
 * compare with it.
 */
export interface Reading {
  readonly text: string
  readonly toolCalls: readonly {
    readonly id: string
    readonly name: string
    readonly arguments: unknown
  }[]
  readonly finishReason: string
  readonly promptTokens: number
  readonly completionTokens: number
}

interface Block {
  readonly type: string
  text?: string
  readonly id?: string
  readonly name?: string
  input?: unknown
}

interface RawUsage {
  readonly input_tokens?: number | null
  readonly cache_creation_input_tokens?: number | null
  readonly cache_read_input_tokens?: number | null
  readonly output_tokens?: number | null
  /** If the provider worked in several steps, it bills their sum. */
  readonly iterations?: readonly (RawUsage & { readonly type: string })[] | null
}

const finishReasons: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  pause_turn: 'stop',
  compaction: 'stop',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
}

/** Reads a complete message. */
export function readMessage(body: string): Reading {
  const message = JSON.parse(body) as {
    content: Block[]
    stop_reason: string
    usage: RawUsage
  }
  return reading(message.content, message.stop_reason, message.usage)
}

/** Reads a stream: blocks by index, deltas appended, the last value of each usage count. */
export function readStream(payloads: readonly string[]): Reading {
  const blocks = new Map<number, { block: Block; json: string }>()
  let stopReason = ''
  let usage: RawUsage = {}
  for (const payload of payloads) {
    const event = JSON.parse(payload) as {
      type: string
      index: number
      message?: { usage: RawUsage; content: Block[]; stop_reason: string | null }
      content_block: Block
      delta: { type: string; text?: string; partial_json?: string; stop_reason?: string }
      usage?: RawUsage
    }
    if (event.type === 'message_start') {
      usage = merge(usage, event.message?.usage)
      stopReason = event.message?.stop_reason ?? ''
      // Calls made by a program arrive complete, before any block is opened.
      event.message?.content.forEach((block, index) => blocks.set(index, { block, json: '' }))
    }
    if (event.type === 'content_block_start') {
      blocks.set(event.index, { block: { ...event.content_block }, json: '' })
    }
    const open = blocks.get(event.index)
    if (event.type === 'content_block_delta' && open !== undefined) {
      if (event.delta.type === 'text_delta')
        open.block.text = (open.block.text ?? '') + event.delta.text
      if (event.delta.type === 'input_json_delta') open.json += event.delta.partial_json
    }
    if (event.type === 'message_delta') {
      stopReason = event.delta.stop_reason ?? stopReason
      usage = merge(usage, event.usage)
    }
  }
  const content = [...blocks]
    .toSorted(([a], [b]) => a - b)
    .map(([, { block, json }]) =>
      json === '' ? block : { ...block, input: JSON.parse(json) as unknown },
    )
  return reading(content, stopReason, usage)
}

function reading(content: readonly Block[], stopReason: string, usage: RawUsage): Reading {
  const compacted = usage.iterations?.some(({ type }) => type === 'compaction') ?? false
  const steps: readonly RawUsage[] = compacted ? (usage.iterations ?? []) : [usage]
  const total = (count: (step: RawUsage) => number) =>
    steps.reduce((sum, step) => sum + count(step), 0)
  return {
    text: content
      .filter(({ type }) => type === 'text')
      .map(({ text }) => text ?? '')
      .join(''),
    toolCalls: content
      .filter(({ type }) => type === 'tool_use')
      .map(({ id, name, input }) => ({ id: id ?? '', name: name ?? '', arguments: input ?? {} })),
    finishReason: finishReasons[stopReason] ?? stopReason,
    promptTokens: total(
      (step) =>
        (step.input_tokens ?? 0) +
        (step.cache_creation_input_tokens ?? 0) +
        (step.cache_read_input_tokens ?? 0),
    ),
    completionTokens: total((step) => step.output_tokens ?? 0),
  }
}

function merge(before: RawUsage, after: RawUsage | undefined): RawUsage {
  const known = Object.entries(after ?? {}).filter(([, value]) => value !== null)
  return { ...before, ...Object.fromEntries(known) }
}
