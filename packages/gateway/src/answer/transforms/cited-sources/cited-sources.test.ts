import { chatFormatOf, openAiChat } from '@fairlead/llm'
import { expect, it } from 'vitest'
import type { AnswerStream } from '../../answer-stream.ts'
import { citedSources } from './cited-sources.ts'

const role = frame({ role: 'assistant', content: '' })
const text = frame({ content: 'See [1]' })
const finish = frame({}, 'stop')
const done = 'data: [DONE]\n\n'

it.each([
  { pieces: [role, text + finish, done] },
  { pieces: [role + text + finish + done] },
  { pieces: [role, text, finish, done] },
])('tells an annotation behind its text and before the end: %j', async ({ pieces }) => {
  const sent = await streamed(pieces)
  const at = sent.indexOf('"annotations"')
  expect(at).toBeGreaterThan(sent.indexOf('See [1]'))
  expect(at).toBeLessThan(sent.indexOf('"finish_reason":"stop"'))
})

function frame(delta: object, reason: string | null = null): string {
  const choices = [{ index: 0, delta, finish_reason: reason }]
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices }
  return `data: ${JSON.stringify(chunk)}\n\n`
}

async function streamed(pieces: readonly string[]): Promise<string> {
  const decoder = chatFormatOf(openAiChat).createStreamDecoder(0)
  const left = pieces.map((piece) => {
    const bytes = Buffer.from(piece)
    const events = decoder.push(bytes)
    return { bytes, events: () => events }
  })
  const answer = {
    dialect: openAiChat,
    isWhole: false,
    next: () => Promise.resolve(left.shift()),
  } as unknown as AnswerStream
  const citable = new Map([[1, { type: 'url_citation', url: 'https://a.example', title: 'A' }]])
  const call = { citable, earlier: undefined } as unknown as Parameters<
    typeof citedSources.transformFor
  >[0]
  const changed = citedSources.transformFor(call)?.apply(answer)
  let sent = ''
  for (let next = await changed?.next(); next !== undefined; next = await changed?.next()) {
    sent += next.bytes.toString()
  }
  return sent
}
