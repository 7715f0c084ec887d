import { parseArgs } from 'node:util'
import {
  adaptRequest,
  chatFormatOf,
  type Dialect,
  dialects,
  type ModelRequest,
  type ModelResponse,
  responseEvents,
  type StreamEvent,
} from '@fairlead/llm'

// npm run measure:translation: what a call costs that is translated, for each pair of dialects, in
// microseconds. The request has 4 messages, one of 2 KB, 2 tools and a call with its output; the
// answer 200 words, which a stream brings in 200 chunks. Bytes are read and written too. Left out are
// dialects of a single prompt, which have neither a dialogue nor tools.

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '300' },
    model: { type: 'string', default: 'claude-sonnet-4-5' },
  },
})
const rounds = Number(values.rounds)
const nowMs = Date.UTC(2026, 0, 1)

const parameters = {
  type: 'object',
  properties: { city: { type: 'string', description: 'Name of the city.' } },
  required: ['city'],
}
const request: ModelRequest = {
  model: values.model,
  items: [
    message('system', 'You are a helpful assistant of the city council.'),
    message('user', 'What is the weather in Rome?'),
    { type: 'function_call', call_id: 'call_1', name: 'weather', arguments: '{"city":"Rome"}' },
    { type: 'function_call_output', call_id: 'call_1', output: 'Sunny, 24 degrees.' },
    message('assistant', 'It is sunny.'),
    message('user', 'Summarize the minutes below, and list every decision. '.repeat(38)),
  ],
  tools: ['weather', 'calendar'].map((name) => ({ name, description: `The ${name}.`, parameters })),
  settings: { temperature: 0.5, maxOutputTokens: 1000 },
  stream: true,
  includeUsage: true,
  extras: {},
}

const words = Array.from({ length: 200 }, (_, index) => `word${index} `)
const answer: ModelResponse = {
  id: 'answer_1',
  model: values.model,
  createdAt: nowMs / 1000,
  output: [
    {
      type: 'message',
      role: 'assistant',
      status: 'completed',
      content: [{ type: 'output_text', text: words.join('') }],
    },
  ],
  finishReason: 'stop',
  usage: {
    inputTokens: 600,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: 200,
    reasoningTokens: 0,
  },
}

function message(role: 'system' | 'user' | 'assistant', text: string): ModelRequest['items'][0] {
  const type = role === 'assistant' ? 'output_text' : 'input_text'
  return { type: 'message', role, content: [{ type, text }] }
}

const bytesOf = (value: unknown) => Buffer.from(JSON.stringify(value))
const parsed = (bytes: Buffer): unknown => JSON.parse(bytes.toString())

/** The request as its caller sends it, then as its provider gets it. */
function requestWork(caller: Dialect, provider: Dialect): () => unknown {
  const [from, to] = [chatFormatOf(caller), chatFormatOf(provider)]
  const sent = bytesOf(from.encodeRequest(request))
  const target = {
    dialect: provider.name,
    support: to.support(values.model),
    conflicts: to.conflicts?.(values.model),
    foreignFields: to.foreignFields,
  }
  return () => {
    const asked = from.decodeRequest({ ...(parsed(sent) as object), model: values.model })
    const adapted = adaptRequest(asked, target, { caller: from, unsupported: 'Drop' })
    return bytesOf(to.encodeRequest(adapted.request))
  }
}

function answerWork(caller: Dialect, provider: Dialect): () => unknown {
  const [from, to] = [chatFormatOf(provider), chatFormatOf(caller)]
  const received = bytesOf(from.encodeResponse(answer))
  return () => bytesOf(to.encodeResponse(from.decodeResponse(parsed(received), nowMs)))
}

/** A stream whose every chunk comes by itself. */
function streamWork(caller: Dialect, provider: Dialect): () => unknown {
  const [from, to] = [chatFormatOf(provider), chatFormatOf(caller)]
  const writer = from.createStreamEncoder({ includeUsage: true })
  const chunks = inWords(responseEvents(answer)).map((event) => Buffer.from(writer.encode(event)))
  return () => {
    const decoder = from.createStreamDecoder(nowMs)
    const encoder = to.createStreamEncoder({ includeUsage: true })
    let bytes = 0
    const pass = (events: readonly StreamEvent[]) => {
      for (const event of events) bytes += Buffer.from(encoder.encode(event)).length
    }
    for (const chunk of chunks) pass(decoder.push(chunk))
    pass(decoder.end())
    return bytes
  }
}

function inWords(events: readonly StreamEvent[]): StreamEvent[] {
  return events.flatMap((event): StreamEvent[] =>
    event.type === 'text-delta' ? words.map((text) => ({ type: event.type, text })) : [event],
  )
}

/** Microseconds, the median of the later half of the rounds. */
function median(work: () => unknown): number {
  const elapsed: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint()
    work()
    elapsed.push(Number(process.hrtime.bigint() - start) / 1000)
  }
  const sorted = elapsed.slice(rounds / 2).toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

const row = (...cells: readonly string[]) => `| ${cells.join(' | ')} |\n`

const conversing = dialects.filter((dialect) => chatFormatOf(dialect).singlePrompt !== true)
process.stdout.write(row('Caller', 'Provider', 'Request', 'Whole answer', 'Chunk of a stream'))
process.stdout.write(row('---', '---', '---', '---', '---'))
for (const caller of conversing) {
  for (const provider of conversing) {
    if (caller === provider) continue
    const costs = [
      median(requestWork(caller, provider)),
      median(answerWork(caller, provider)),
      median(streamWork(caller, provider)) / words.length,
    ]
    const texts = costs.map((cost) => `${cost.toFixed(2)} µs`)
    process.stdout.write(row(`\`${caller.name}\``, `\`${provider.name}\``, ...texts))
  }
}
