import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { canonicalJson, type JsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { formatSseEvent, createSseParser } from '../../framing/sse.ts'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'
import { type AnswerSummary, summarize } from '../../test-support/answer-summary.ts'
import { eventSchemaNames, loadOpenAiSchemas } from '../../test-support/openai-schema.ts'
import { readResponse, readSummaries } from '../../test-support/read-openai-responses.ts'
import { assemble, encodeEvents } from '../../test-support/recordings.ts'
import { responseEventsOf, responsesGrammarProblems } from '../../test-support/responses-grammar.ts'
import { grammarProblems } from '../../test-support/stream-grammar.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''
const responses = testDialect('openai-responses')

const folders = ['openai/responses', 'azure', 'open-responses/responses', 'xai/responses']

const files = (corpora === '' ? [] : folders).flatMap((folder) =>
  readdirSync(join(corpora, 'wire', folder)).map((name) => ({ folder, name })),
)

const read = (folder: string, name: string) =>
  readFileSync(join(corpora, 'wire', folder, name), 'utf8')

function payloadsOf(folder: string, name: string): string[] {
  return read(folder, name)
    .split('\n')
    .filter((line) => line.trim() !== '')
}

/** Some recordings hold several answers, one after the other; those that fail are left out. */
function splitAnswers(payloads: readonly string[]): string[][] {
  const answers: string[][] = [[]]
  for (const payload of payloads) {
    answers.at(-1)?.push(payload)
    if (endsAnswer(payload)) answers.push([])
  }
  return answers.filter((answer) => endsAnswer(answer.at(-1) ?? ''))
}

const endsAnswer = (payload: string) =>
  /"type": ?"response\.(?:completed|incomplete)"/.test(payload)

const isStream = (text: string) => text.includes('"response.created"')
const isResponse = (text: string) => /"object": ?"response"/.test(text)

/** Recordings that contradict themselves. */
const inconsistent: Readonly<Record<string, string>> = {
  'parallel-tool-call-wrapper.1.chunks.txt': 'the first and the last event are no JSON',
  'openai-shell-container.1.chunks.txt': 'the deltas of its text lack a word that its end has',
}

const streams = files
  .filter(({ name }) => name.endsWith('.txt') && !(name in inconsistent))
  .filter(({ folder, name }) => isStream(read(folder, name)))
const answers = files
  .filter(({ name }) => name.endsWith('.json'))
  .filter(({ folder, name }) => isResponse(read(folder, name)))

function decode(payloads: readonly string[], named = true): StreamEvent[] {
  const decoder = responses.createStreamDecoder()
  const events = payloads.flatMap((data) => {
    const event = named ? (JSON.parse(data) as { type: string }).type : ''
    return decoder.push(Buffer.from(formatSseEvent({ event, data })))
  })
  return [...events, ...decoder.end()]
}

function payloadsIn(stream: string): string[] {
  return createSseParser()
    .push(Buffer.from(stream))
    .map(({ data }) => data)
}

/** The recorded streams of other APIs. */
const others = (
  corpora === '' ? [] : ['anthropic', 'openai/chat', 'deepseek/chat', 'mistral', 'groq']
)
  .flatMap((folder) => readdirSync(join(corpora, 'wire', folder)).map((name) => ({ folder, name })))
  .filter(({ name }) => name.endsWith('.chunks.txt') && !name.startsWith('spliced'))
  .map(({ folder, name }) => ({
    folder,
    name,
    dialect: folder === 'anthropic' ? 'anthropic-messages' : 'openai-chat',
  }))

/** Some recordings hold several messages of one conversation, one after the other. */
function splitMessages(lines: readonly string[]): string[][] {
  const messages: string[][] = [[]]
  for (const line of lines) {
    messages.at(-1)?.push(line)
    if (line.includes('"type":"message_stop"')) messages.push([])
  }
  return messages.filter((message) => message.length > 0)
}

function decodeOther(name: string, lines: readonly string[]): StreamEvent[] {
  const decoder = testDialect(name).createStreamDecoder()
  const events = lines.flatMap((data) => {
    const { type } = JSON.parse(data) as { type?: string }
    const event = name === 'anthropic-messages' ? (type ?? '') : ''
    return decoder.push(Buffer.from(formatSseEvent({ event, data })))
  })
  return [...events, ...decoder.end()]
}

/** A response that calls tools says so by its calls, whatever its maker gave as the reason. */
function correctedFinish(answer: ModelResponse): AnswerSummary {
  const summary = summarize(answer)
  return summary.finish === 'stop' && summary.calls.length > 0
    ? { ...summary, finish: 'tool_calls' }
    : summary
}

/** The last event holds the whole response. */
function wholeOf(payloads: readonly string[]): unknown {
  const events = responseEventsOf(payloads)
  return events.findLast(({ response }) => response !== undefined)?.['response']
}

/** The ids of reasoning cannot be told in a stream: its item has begun before its maker's is known. */
function withoutReasoningIds(items: readonly Item[]): Item[] {
  return items.map((item) => {
    if (item.type !== 'reasoning') return item
    const { id: _, ...rest } = item
    return rest
  })
}

describe.runIf(corpora !== '')('recordings of Responses', () => {
  const specification = join(corpora, 'specs/openai.json')
  const check = corpora === '' ? () => [] : loadOpenAiSchemas(specification)
  const names = corpora === '' ? new Map<string, string>() : eventSchemaNames(specification)

  it('exist', () => {
    expect([streams.length > 40, answers.length > 40]).toEqual([true, true])
  })

  const whole = streams.flatMap(({ folder, name }) =>
    splitAnswers(payloadsOf(folder, name)).map((payloads, index) => ({
      name: `${folder}/${name} ${index}`,
      payloads,
    })),
  )

  it.each(whole)('stream $name', ({ payloads }) => {
    const events = decode(payloads)
    expect(grammarProblems(events)).toEqual([])
    const expected = readResponse(wholeOf(payloads))
    const answer = assemble(events)
    expect(readResponse(responses.encodeResponse(answer))).toEqual(expected)
    expect(readSummaries(responses.encodeResponse(answer))).toEqual(
      readSummaries(wholeOf(payloads)),
    )
    expect(decode(payloads, false)).toEqual(events)
  })

  it.each(whole)('stream $name is written again', ({ payloads }) => {
    const events = decode(payloads)
    const written = payloadsIn(encodeEvents(responses, events))
    expect(responsesGrammarProblems(responseEventsOf(written))).toEqual([])
    const again = decode(written)
    expect(withoutReasoningIds(assemble(again).output)).toEqual(
      withoutReasoningIds(assemble(events).output),
    )
    expect(readResponse(wholeOf(written))).toEqual(readResponse(wholeOf(payloads)))
  })

  it.each(answers)('answer $folder/$name', ({ folder, name }) => {
    const body: unknown = JSON.parse(read(folder, name))
    const answer = responses.decodeResponse(body)
    expect(readResponse(responses.encodeResponse(answer))).toEqual(readResponse(body))
    // What the provider left out is filled in, and the id of a response begins with its type.
    const { id: _, ...rest } = answer
    expect(responses.decodeResponse(responses.encodeResponse(answer))).toMatchObject(rest)
    const written = payloadsIn(encodeEvents(responses, responseEvents(answer)))
    expect(responsesGrammarProblems(responseEventsOf(written))).toEqual([])
    expect(comparable(assemble(decode(written)).output)).toEqual(comparable(answer.output))
  })

  it.each(others)('stream $folder/$name of another API', ({ folder, name, dialect }) => {
    for (const lines of splitMessages(payloadsOf(folder, name))) {
      const events = decodeOther(dialect, lines)
      const written = payloadsIn(encodeEvents(responses, events))
      expect(responsesGrammarProblems(responseEventsOf(written))).toEqual([])
      for (const event of responseEventsOf(written)) {
        expect(check(names.get(event.type) ?? event.type, event)).toEqual([])
      }
      const answer = assemble(events)
      expect(summarize(assemble(decode(written)))).toEqual(correctedFinish(answer))
      const value = responses.encodeResponse(answer)
      expect(check('Response', value)).toEqual([])
      expect(readResponse(value)).toEqual(correctedFinish(answer))
      expect(readResponse(wholeOf(written))).toEqual(correctedFinish(answer))
    }
  })

  it.each(whole)('stream $name tells what its last event tells', ({ payloads }) => {
    const fromEnd = responses.decodeResponse(wholeOf(payloads))
    expect(comparable(assemble(decode(payloads)).output)).toEqual(comparable(fromEnd.output))
  })

  it('what is synthesised fits the schema of OpenAI', () => {
    const problems = new Map<string, string[]>()
    // xAI's citations and tools are less than OpenAI's description asks for, and are told as they came.
    for (const { name, payloads } of whole.filter((stream) => !stream.name.startsWith('xai/'))) {
      const events = decode(payloads)
      // Native items are the provider's own, which the description may not know yet.
      const own = events.filter(({ type }) => type !== 'native')
      for (const event of responseEventsOf(payloadsIn(encodeEvents(responses, own)))) {
        const found = check(names.get(event.type) ?? event.type, event)
        if (found.length > 0) problems.set(`${name} ${event.type}`, found.slice(0, 5))
      }
    }
    expect([...problems]).toEqual([])
  })
})

/** A message without text has no events of its own in a stream. */
function saysAnything(item: Item): boolean {
  return (
    item.type !== 'message' || item.content.some((part) => !('text' in part) || part.text !== '')
  )
}

/**
 * Without what differs between a stream and its end in some recordings: ids (Copilot gives others
 * every time), seals, the status of what is done, and the order of what xAI did at the same time.
 */
function comparable(output: readonly Item[]): unknown {
  const items = output.filter(saysAnything).map((item) => {
    const fields = item.type === 'fairlead:native' ? item.block : item
    const {
      id: _,
      encrypted_content: _e,
      fingerprint: _f,
      status: _s,
      ...rest
    } = fields as JsonObject
    return rest
  })
  return items.map((item) => canonicalJson(item)).toSorted()
}
