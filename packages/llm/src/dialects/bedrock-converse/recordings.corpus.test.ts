import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chatFormatOf } from '../dialect.ts'
import { dialects } from '../dialects.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'
import { summarize } from '../../test-support/answer-summary.ts'
import { onWire, readBySdk, streamReadBySdk } from '../../test-support/bedrock-sdk.ts'
import { assemble, decodeChunks, encodeEvents } from '../../test-support/recordings.ts'
import { grammarProblems } from '../../test-support/stream-grammar.ts'
import { testDialect } from '../../test-support/test-dialect.ts'
import { createConverseStream, encodeConverseStream } from './converse-stream.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''
const folder = join(corpora, 'wire', 'amazon-bedrock')
const converse = testDialect('bedrock-converse')
/** Other formats that can say whatever is recorded. */
const others = dialects
  .filter((dialect) => chatFormatOf(dialect).singlePrompt !== true)
  .map(({ name }) => testDialect(name))

function filesOf(ending: string): string[] {
  return corpora === '' ? [] : readdirSync(folder).filter((name) => name.endsWith(ending))
}

const read = (name: string) => readFileSync(join(folder, name), 'utf8')

interface Answer {
  readonly output: { readonly message: { readonly content: readonly Block[] } }
  readonly stopReason: string
  readonly usage: Readonly<Record<string, number>>
}

interface Block {
  readonly text?: string
  readonly toolUse?: { readonly toolUseId: string; readonly name: string; readonly input: unknown }
  readonly reasoningContent?: { readonly reasoningText?: { readonly text?: string } }
}

const textOf = (blocks: readonly Block[]) => blocks.map(({ text = '' }) => text).join('')
const thoughtOf = (blocks: readonly Block[]) =>
  blocks.map(({ reasoningContent: r }) => r?.reasoningText?.text ?? '').join('')
const callsOf = (blocks: readonly Block[]) =>
  blocks.flatMap(({ toolUse }) =>
    toolUse === undefined
      ? []
      : [{ id: toolUse.toolUseId, name: toolUse.name, input: toolUse.input }],
  )

/** Blocks of the recordings have a `type` as well, which the API does not know. */
function withoutTypes(blocks: readonly Block[]): unknown {
  return blocks.map((block) => {
    const { type: _, ...rest } = block as Block & { readonly type?: string }
    return rest
  })
}

describe.runIf(corpora !== '')('a recording of Bedrock', () => {
  it.each(filesOf('.json'))('is read, and told in every format: %s', async (name) => {
    const recorded = JSON.parse(read(name)) as Answer
    const { content } = recorded.output.message
    const response = converse.decodeResponse(recorded)
    const summary = summarize(response)
    expect(summary).toMatchObject({
      text: textOf(content),
      reasoning: thoughtOf(content),
      calls: callsOf(content),
      usage: {
        inputTokens: recorded.usage['inputTokens'],
        outputTokens: recorded.usage['outputTokens'],
      },
    })
    const written = onWire(converse.encodeResponse(response)) as Answer
    expect(written.output.message.content).toEqual(withoutTypes(content))
    expect(written.stopReason).toBe(recorded.stopReason)
    expect(onWire(await readBySdk(written))).toEqual(written)
    const frames = encodeConverseStream(
      Buffer.from(encodeEvents(converse, responseEvents(response))),
    )
    const sent = await streamReadBySdk(frames)
    expect(JSON.stringify(sent)).not.toContain('$unknown')
    for (const other of others) {
      const told = summarize(other.decodeResponse(onWire(other.encodeResponse(response))))
      expect(told, other.name).toMatchObject({
        text: textOf(content),
        calls: summary.calls.map(({ input, name: called }) => ({ input, name: called })),
      })
    }
  })

  it.each(filesOf('.chunks.txt'))('is read as a stream, and told in every format: %s', (name) => {
    const lines = read(name)
    const frames = encodeConverseStream(Buffer.from(lines))
    const stream = createConverseStream()
    const events = decodeChunks(converse, [stream.push(frames)])
    expect(grammarProblems(events)).toEqual([])
    const summary = summarize(assemble(events))
    const deltas = lines
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as { contentBlockDelta?: { delta: { text?: string } } })
    const text = deltas.map(({ contentBlockDelta: d }) => d?.delta.text ?? '').join('')
    expect(summary.text).toBe(text)
    for (const other of others) {
      const again = decodeChunks(other, [Buffer.from(encodeEvents(other, events))])
      const told = summarize(assemble(again))
      expect(told.text, other.name).toBe(text)
      expect(told.calls.map((call) => call.input)).toEqual(summary.calls.map((call) => call.input))
    }
  })
})
