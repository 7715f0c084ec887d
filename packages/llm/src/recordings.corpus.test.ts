import { testDialect } from './test-support/test-dialect.ts'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Item } from './operations/chat/item.ts'
import type { ModelResponse } from './operations/chat/model-response.ts'
import { createSseParser, formatSseEvent } from './framing/sse.ts'
import type { StreamEvent } from './operations/chat/stream-event.ts'
import { citedBy, logprobsOf } from './test-support/answer-extras.ts'
import { summarize, type AnswerSummary } from './test-support/answer-summary.ts'
import { loadOpenAiSchemas } from './test-support/openai-schema.ts'
import { readAnthropicMessage, readAnthropicStream } from './test-support/read-anthropic.ts'
import {
  type CohereAnswer,
  readCohereAnswer,
  readCohereStream,
} from './test-support/read-cohere.ts'
import { readChatCompletion, readChatStream } from './test-support/read-openai-chat.ts'
import { assemble, encodeEvents } from './test-support/recordings.ts'
import { grammarProblems } from './test-support/stream-grammar.ts'
import { createStreamScanner, scanUsage } from './dialects/openai-chat/usage-scan.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''
const chat = testDialect('openai-chat')
const anthropic = testDialect('anthropic-messages')

function filesOf(folder: string, ending: string): string[] {
  if (corpora === '') return []
  return readdirSync(join(corpora, 'wire', folder)).filter((name) => name.endsWith(ending))
}

function read(folder: string, name: string): string {
  return readFileSync(join(corpora, 'wire', folder, name), 'utf8')
}

function linesOf(folder: string, name: string): string[] {
  return read(folder, name)
    .split('\n')
    .filter((line) => line.trim() !== '')
}

function decodeLines(dialect: string, lines: readonly string[]): StreamEvent[] {
  const decoder = testDialect(dialect).createStreamDecoder()
  const events = lines.flatMap((data) => {
    const event = dialect.startsWith('openai') ? '' : (JSON.parse(data) as { type: string }).type
    return decoder.push(Buffer.from(formatSseEvent({ event, data })))
  })
  return [...events, ...decoder.end()]
}

/** Some recordings hold several answers of one conversation, one after the other. */
function splitMessages(lines: readonly string[]): string[][] {
  const messages: string[][] = [[]]
  for (const line of lines) {
    messages.at(-1)?.push(line)
    if (line.includes('"type":"message_stop"')) messages.push([])
  }
  return messages.filter((message) => message.length > 0)
}

function payloadsOf(stream: string): string[] {
  return createSseParser()
    .push(Buffer.from(stream))
    .map((event) => event.data)
}

/** The recording of a whole answer to the same request as a stream. */
function pairOf(stream: string): string | undefined {
  const name = stream.replace('.chunks.txt', '.json')
  return filesOf('anthropic', '.json').find((candidate) => candidate === name)
}

function isChat(text: string): boolean {
  return /"object": ?"chat\.completion(?:\.chunk)?"/.test(text)
}

function kindsOf(items: readonly Item[]): string[] {
  return [...new Set(items.map((item) => item.type))].toSorted()
}

describe.runIf(corpora !== '')('recordings', () => {
  const check = corpora === '' ? () => [] : loadOpenAiSchemas(join(corpora, 'specs/openai.json'))

  function expectSameAsChat(response: ModelResponse, expected: AnswerSummary): void {
    const body: unknown = JSON.parse(JSON.stringify(chat.encodeResponse(response)))
    expect(check('CreateChatCompletionResponse', body)).toEqual([])
    expect(readChatCompletion(body)).toEqual(expected)
    // Compatible servers send `stop` after calls, so reading calls back corrects it.
    const corrected = expected.calls.length > 0 && expected.finish === 'stop'
    const finish = corrected ? 'tool_calls' : expected.finish
    expect(summarize(chat.decodeResponse(body))).toEqual({ ...expected, finish })
  }

  function expectStreamSameAsChat(events: readonly StreamEvent[], expected: AnswerSummary): void {
    const payloads = payloadsOf(encodeEvents(chat, events))
    expect(payloads.pop()).toBe('[DONE]')
    for (const payload of payloads) {
      expect(check('CreateChatCompletionStreamResponse', JSON.parse(payload))).toEqual([])
    }
    expect(readChatStream(payloads)).toEqual(expected)
    const again = decodeLines('openai-chat', [...payloads, '[DONE]'])
    expect(grammarProblems(again)).toEqual([])
    expect(summarize(assemble(again))).toEqual(expected)
  }

  describe('of Anthropic', () => {
    const streams = filesOf('anthropic', '.chunks.txt').filter(
      (name) => !name.startsWith('spliced'),
    )

    it('exist', () => {
      expect(streams.length).toBeGreaterThan(25)
    })

    it.each(streams)('stream %s', (name) => {
      for (const lines of splitMessages(linesOf('anthropic', name))) {
        const events = decodeLines('anthropic-messages', lines)
        expect(grammarProblems(events)).toEqual([])
        const expected = readAnthropicStream(lines)
        expect(summarize(assemble(events))).toEqual(expected)
        expectStreamSameAsChat(events, expected)
        expectSameAsChat(assemble(events), expected)
        const own = payloadsOf(encodeEvents(anthropic, events))
        expect(readAnthropicStream(own)).toEqual(expected)
      }
    })

    it.each(filesOf('anthropic', '.json'))('answer %s', (name) => {
      const body = JSON.parse(read('anthropic', name)) as Parameters<typeof readAnthropicMessage>[0]
      const expected = readAnthropicMessage(body)
      const response = anthropic.decodeResponse(body)
      expect(summarize(response)).toEqual(expected)
      expectSameAsChat(response, expected)
      const own = anthropic.encodeResponse(response) as typeof body
      expect(readAnthropicMessage(own)).toEqual(expected)
    })

    it.each(streams.filter((name) => pairOf(name) !== undefined))(
      'stream %s tells the same kinds of output as its answer',
      (name) => {
        const body: unknown = JSON.parse(read('anthropic', pairOf(name) ?? ''))
        const streamed = splitMessages(linesOf('anthropic', name)).flatMap(
          (lines) => assemble(decodeLines('anthropic-messages', lines)).output,
        )
        expect(kindsOf(streamed)).toEqual(kindsOf(anthropic.decodeResponse(body).output))
      },
    )

    it('a second message in the middle of the first is an error, not a mixture', () => {
      const events = decodeLines(
        'anthropic-messages',
        linesOf('anthropic', 'spliced-message-start.chunks.txt'),
      )
      expect(grammarProblems(events)).toEqual([])
      expect(() => assemble(events)).toThrow(/second answer/)
    })

    it('answers of another API are rejected', () => {
      const body: unknown = JSON.parse(read('anthropic/skills', 'anthropic-skill-create.json'))
      expect(() => anthropic.decodeResponse(body)).toThrow(/not a message/)
    })
  })

  describe('of Cohere', () => {
    const cohere = testDialect('cohere-chat')
    const messages = (answer: unknown) => answer as Parameters<typeof readAnthropicMessage>[0]

    function expectSameForMessages(response: ModelResponse, expected: AnswerSummary): void {
      const body = messages(JSON.parse(JSON.stringify(anthropic.encodeResponse(response))))
      const { usage, ...rest } = expected
      expect(readAnthropicMessage(body)).toMatchObject(rest)
      expect(readAnthropicMessage(body).usage?.inputTokens).toBe(usage?.inputTokens)
      expect(readAnthropicMessage(body).usage?.outputTokens).toBe(usage?.outputTokens)
    }

    function citationsOf({ output }: ModelResponse): unknown[] {
      return output
        .flatMap((item) => (item.type === 'message' ? item.content : []))
        .flatMap((part) => ('annotations' in part ? (part.annotations ?? []) : []))
        .map(({ origin }) => origin?.value)
    }

    const answers = filesOf('cohere', '.json').filter((name) => !name.includes('embedding'))

    it('exist', () => {
      expect(answers.length + filesOf('cohere', '.chunks.txt').length).toBeGreaterThan(9)
    })

    it.each(filesOf('cohere', '.chunks.txt'))('stream %s', (name) => {
      const lines = linesOf('cohere', name)
      const events = decodeLines('cohere-chat', lines)
      expect(grammarProblems(events)).toEqual([])
      const expected = readCohereStream(lines)
      expect(summarize(assemble(events))).toEqual(expected)
      expectStreamSameAsChat(events, expected)
      expectSameAsChat(assemble(events), expected)
      expectSameForMessages(assemble(events), expected)
      expect(readCohereStream(payloadsOf(encodeEvents(cohere, events)))).toEqual(expected)
    })

    it.each(answers)('answer %s', (name) => {
      const body = JSON.parse(read('cohere', name)) as CohereAnswer
      const expected = readCohereAnswer(body)
      const response = cohere.decodeResponse(body)
      expect(summarize(response)).toEqual(expected)
      expect(citationsOf(response)).toEqual(body.message.citations ?? [])
      expectSameAsChat(response, expected)
      expectSameForMessages(response, expected)
      const own = JSON.parse(JSON.stringify(cohere.encodeResponse(response))) as CohereAnswer
      expect(readCohereAnswer(own)).toEqual(expected)
      expect(own.message.citations).toEqual(body.message.citations)
      expect(own.usage).toEqual(body.usage)
    })
  })

  it('requests of Anthropic callers are translated to requests that match the schema of OpenAI', () => {
    const request = anthropic.decodeRequest({
      model: 'claude-sonnet-4-5',
      max_tokens: 100,
      system: [{ type: 'text', text: 'be kind' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 't', content: 'x' }],
        },
      ],
      tools: [{ name: 'f', description: 'd', input_schema: { type: 'object' } }],
      tool_choice: { type: 'tool', name: 'f' },
      output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
      stop_sequences: ['x'],
      stream: true,
    })
    const body: unknown = JSON.parse(JSON.stringify(chat.encodeRequest(request)))
    expect(check('CreateChatCompletionRequest', body)).toEqual([])
    expect(check('CreateChatCompletionRequest', { ...(body as object), tools: 3 })).not.toEqual([])
  })

  describe('of OpenAI chat and compatible servers', () => {
    const folders = [
      'alibaba',
      'azure',
      'deepseek/chat',
      'groq',
      'mistral',
      'moonshotai',
      'openai/chat',
      'openai-compatible/chat',
      'perplexity',
      'xai',
    ]
    const recordings = folders
      .flatMap((folder) => filesOf(folder, '').map((name) => [folder, name] as const))
      .filter(([folder, name]) => name.includes('.') && isChat(read(folder, name)))

    it('exist', () => {
      expect(recordings.length).toBeGreaterThan(40)
    })

    it.each(recordings.filter(([, name]) => name.endsWith('.txt')))(
      'stream %s/%s',
      (folder, name) => {
        const lines = linesOf(folder, name)
        const events = decodeLines('openai-chat', [...lines, '[DONE]'])
        expect(grammarProblems(events)).toEqual([])
        const expected = readChatStream(lines)
        expect(`${expected.text}${expected.calls.length}`).not.toBe('0')
        expect(summarize(assemble(events))).toEqual(expected)
        expect(assemble(decodeLines('openai-chat', lines))).toEqual(assemble(events))
        const chunks = lines.map((line) => JSON.parse(line) as object)
        const streamed = payloadsOf(encodeEvents(chat, events)).slice(0, -1)
        const answered = JSON.parse(JSON.stringify(chat.encodeResponse(assemble(events)))) as object
        for (const written of [streamed.map((line) => JSON.parse(line) as object), [answered]]) {
          expect(citedBy(written)).toEqual(citedBy(chunks))
          expect(logprobsOf(written)).toEqual(logprobsOf(chunks))
        }
        expectStreamSameAsChat(events, expected)
        expectSameAsChat(assemble(events), expected)
        const scanner = createStreamScanner()
        for (const line of lines) scanner.push(Buffer.from(`data: ${line}\n\n`))
        expect(scanner).toMatchObject({ usage: expected.usage, finished: true, done: false })
      },
    )

    it.each(recordings.filter(([, name]) => name.endsWith('.json')))(
      'answer %s/%s',
      (folder, name) => {
        const text = read(folder, name)
        const body: unknown = JSON.parse(text)
        const response = chat.decodeResponse(body)
        expect(summarize(response)).toEqual(readChatCompletion(body))
        expectSameAsChat(response, readChatCompletion(body))
        const written = JSON.parse(JSON.stringify(chat.encodeResponse(response))) as object
        expect(citedBy([written])).toEqual(citedBy([body as object]))
        expect(logprobsOf([written])).toEqual(logprobsOf([body as object]))
        expect(scanUsage(Buffer.from(text))).toEqual(response.usage)
      },
    )

    it('completions', () => {
      const completions = testDialect('openai-completions')
      const text = read('openai/completion', 'openai-completion-text.json')
      const body = JSON.parse(text) as object
      const whole = completions.encodeResponse(completions.decodeResponse(body))
      expect(whole).toMatchObject(body)
      expect(check('CreateCompletionResponse', whole)).toEqual([])
      const lines = linesOf('openai/completion', 'openai-completion-text.chunks.txt')
      const events = decodeLines('openai-completions', [...lines, '[DONE]'])
      expect(grammarProblems(events)).toEqual([])
      const said = lines.map((line) => JSON.parse(line) as { choices: { text: string }[] })
      const told = said.map(({ choices }) => choices[0]?.text ?? '').join('')
      expect(summarize(assemble(events)).text).toBe(told)
      const again = payloadsOf(encodeEvents(completions, events)).slice(0, -1)
      const written = again.map((line) => JSON.parse(line) as { choices: { text: string }[] })
      expect(written.map(({ choices }) => choices[0]?.text ?? '').join('')).toBe(told)
    })

    it('error reasoning-model-legacy-parameter-error.json', () => {
      const body: unknown = JSON.parse(
        read('openai/chat', 'reasoning-model-legacy-parameter-error.json'),
      )
      const error = chat.decodeError(400, body, {})
      expect(error).toMatchObject({
        kind: 'invalid-request',
        status: 400,
        code: 'unsupported_parameter',
        param: 'max_tokens',
        retryable: false,
      })
      expect(chat.encodeError(error).body).toEqual(body)
      expect(check('ErrorResponse', chat.encodeError(error).body)).toEqual([])
    })
  })
})
