import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import Anthropic from '@anthropic-ai/sdk'
import { describe, expect, it } from 'vitest'
import { assemble, decodeChunks, encodeEvents } from '../../test-support/recordings.ts'
import { testDialect } from '../../test-support/test-dialect.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''
const folder = join(corpora, 'wire', 'anthropic')
const dialect = testDialect('anthropic-messages')

interface Message {
  readonly content: readonly Readonly<Record<string, unknown>>[]
  readonly usage: Readonly<Record<string, unknown>>
  readonly [field: string]: unknown
}

function filesOf(ending: string): string[] {
  return corpora === '' ? [] : readdirSync(folder).filter((name) => name.endsWith(ending))
}

/** The messages of a recording, as the API sends them. */
function streamsOf(name: string): string[] {
  const streams: string[] = ['']
  for (const line of readFileSync(join(folder, name), 'utf8').split('\n')) {
    if (line.trim() === '') continue
    const { type } = JSON.parse(line) as { type: string }
    streams[streams.length - 1] += `event: ${type}\ndata: ${line}\n\n`
    if (type === 'message_stop') streams.push('')
  }
  return streams.filter((stream) => stream !== '')
}

/** The official SDK, which gets this answer to whatever it asks. */
function sdkThatGets(body: string, contentType: string): Anthropic {
  const headers = { 'content-type': contentType }
  return new Anthropic({
    apiKey: 'k',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(body, { headers })),
  })
}

const asked = { model: 'm', max_tokens: 1, messages: [{ role: 'user' as const, content: 'x' }] }

async function readBySdk(stream: string): Promise<Message> {
  const sdk = sdkThatGets(stream, 'text/event-stream')
  const message = await sdk.beta.messages.stream(asked).finalMessage()
  return JSON.parse(JSON.stringify(message)) as Message
}

/** What makes no difference: fields that are null, citations that there are none of. */
function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).filter(
    ([name, field]) =>
      field !== null && !(name === 'citations' && Array.isArray(field) && field.length === 0),
  )
  return Object.fromEntries(fields.map(([name, field]) => [name, told(field)]))
}

/** Blocks of empty text say nothing, and are not told. */
function contentOf(message: Message): unknown {
  return told(message.content.filter(({ text, type }) => type !== 'text' || text !== ''))
}

/** An answer in a history, with results for its calls. */
function turnAfter({ content }: Message): { role: 'user' | 'assistant'; content: object[] }[] {
  const results = content
    .filter(({ type }) => type === 'tool_use')
    .map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'done' }))
  return [
    { role: 'assistant', content: content.filter(({ text }) => text !== '') },
    { role: 'user', content: [...results, { type: 'text', text: 'and now?' }] },
  ]
}

function withoutContent(message: Message): unknown {
  return told({ ...message, content: null, usage: null })
}

describe.runIf(corpora !== '')('a recording, read and written again', () => {
  it.each(filesOf('.json'))('is the same: %s', async (name) => {
    const message = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Message
    const response = dialect.decodeResponse(message)
    const written = JSON.parse(JSON.stringify(dialect.encodeResponse(response))) as Message
    expect(contentOf(written)).toEqual(contentOf(message))
    expect(withoutContent(written)).toEqual(withoutContent(message))
    expect(told(written.usage)).toEqual(
      told({ cache_creation_input_tokens: 0, cache_read_input_tokens: 0, ...message.usage }),
    )
    const sdk = sdkThatGets(JSON.stringify(written), 'application/json')
    const read = (await sdk.beta.messages.create(asked)) as unknown as Message
    expect(contentOf(read)).toEqual(contentOf(message))
    const streamed = await readBySdk(encodeEvents(dialect, responseEvents(response)))
    expect(contentOf(streamed)).toEqual(contentOf(message))
    // As the answer of an earlier turn it goes back as it came; a refusal says nothing.
    if (message.content.length === 0) return
    const request = { ...asked, messages: [...asked.messages, ...turnAfter(message)] }
    const again = dialect.encodeRequest(dialect.decodeRequest(request)) as typeof request
    expect(told(again.messages.slice(1))).toEqual(told(request.messages.slice(1)))
  })

  const streams = filesOf('.chunks.txt').filter(
    // The SDK refuses a second start of a message; what becomes of one is tested elsewhere.
    (name) => !name.startsWith('spliced') && !name.startsWith('duplicate'),
  )

  it.each(streams)('is the same stream: %s', async (name) => {
    for (const stream of streamsOf(name)) {
      const events = decodeChunks(dialect, [Buffer.from(stream)])
      const written = await readBySdk(encodeEvents(dialect, events))
      const recorded = await readBySdk(stream)
      expect(contentOf(written)).toEqual(contentOf(recorded))
      expect(withoutContent(written)).toEqual(withoutContent(recorded))
      for (const count of ['input_tokens', 'output_tokens', 'cache_read_input_tokens']) {
        expect(written.usage[count] ?? 0).toEqual(recorded.usage[count] ?? 0)
      }
      expect(told(written.usage['server_tool_use'])).toEqual(
        told(recorded.usage['server_tool_use']),
      )
      const whole = dialect.encodeResponse(assemble(events)) as Message
      expect(contentOf(whole)).toEqual(contentOf(recorded))
    }
  })
})
