import type { JsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { chatFormatOf } from './dialects/dialect.ts'
import { dialects } from './dialects/dialects.ts'
import { wrapSealed } from './operations/chat/sealed-text.ts'

const foreign = (dialect: string) =>
  wrapSealed({ maker: 'another', field: 'signature', text: 'c2VhbA==' }, dialect)

/** Requests that return a seal, by their dialect. */
const requests: Readonly<Record<string, (seal: string) => JsonObject>> = {
  'openai-chat': (seal) => ({
    model: 'm',
    messages: [
      { role: 'user', content: 'hi' },
      {
        role: 'assistant',
        content: 'hm',
        reasoning_details: [{ type: 'reasoning.text', text: 'so', signature: seal }],
      },
      { role: 'user', content: 'go on' },
    ],
  }),
  'openai-responses': (seal) => ({
    model: 'm',
    input: [
      { role: 'user', content: 'hi' },
      { type: 'reasoning', summary: [], encrypted_content: seal },
      { role: 'user', content: 'go on' },
    ],
  }),
  'anthropic-messages': (seal) => ({
    model: 'm',
    max_tokens: 9,
    messages: [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'so', signature: seal }] },
      { role: 'user', content: 'go on' },
    ],
  }),
  gemini: (seal) => ({
    contents: [
      { role: 'user', parts: [{ text: 'hi' }] },
      { role: 'model', parts: [{ text: 'hm', thoughtSignature: seal }] },
      { role: 'user', parts: [{ text: 'go on' }] },
    ],
  }),
  'bedrock-converse': (seal) => ({
    messages: [
      { role: 'user', content: [{ text: 'hi' }] },
      {
        role: 'assistant',
        content: [{ reasoningContent: { reasoningText: { text: 'so', signature: seal } } }],
      },
      { role: 'user', content: [{ text: 'go on' }] },
    ],
  }),
}

describe.each(Object.entries(requests))('a request of %s', (name, requestWith) => {
  const dialect = dialects.find((each) => each.name === name)
  if (dialect === undefined) throw new Error(`no dialect ${name}`)
  const options = { model: 'm' }
  const edited = (body: JsonObject) => {
    const bytes = Buffer.from(JSON.stringify(body))
    const sent = dialect.passage.inspect(body, options)
    return dialect.passage.edit(bytes, sent, { model: 'm', edits: {}, options: {} })
  }

  it('passes with a seal of its own provider', () => {
    expect(edited(requestWith('b3du'))).toBeDefined()
  })

  it('does not pass unread with a seal that was wrapped for another', () => {
    const body = requestWith(foreign(name))
    expect(edited(body)).toBeUndefined()
    const format = chatFormatOf(dialect)
    const encoded = JSON.stringify(format.encodeRequest(format.decodeRequest(body, options)))
    expect(encoded).not.toContain(foreign(name))
    expect(encoded).toContain('go on')
  })
})
