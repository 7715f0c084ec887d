import { describe, expect, it } from 'vitest'
import type { Item } from '../../operations/chat/item.ts'
import { ModelError } from '../../errors/model-error.ts'
import { createRandom, pick } from '../../test-support/random.ts'
import { encodeMessages } from './encode-messages.ts'

type Block = Readonly<Record<string, unknown>>
interface Message {
  readonly role: string
  readonly content: readonly Block[]
}

/** The rules of the API, as documented, that these messages break. */
function violations(messages: readonly Message[]): string[] {
  const found: string[] = []
  const seen = new Set<unknown>()
  if (messages[0]?.role !== 'user') found.push('the first message is not the user’s')
  for (const [index, { role, content }] of messages.entries()) {
    const previous = messages[index - 1]
    if (previous?.role === role) found.push(`two ${role} messages in a row at ${index}`)
    if (content.length === 0) found.push(`no content at ${index}`)
    const asked = blocksOf(previous, 'tool_use').map((block) => block['id'])
    const results = blocksOf({ role, content }, 'tool_result')
    const answered = results.map((block) => block['tool_use_id'])
    if (role === 'user' && asked.toString() !== answered.toString()) {
      found.push(`calls ${asked.join()} answered by ${answered.join()} at ${index}`)
    }
    if (content.slice(0, results.length).some((block) => block['type'] !== 'tool_result')) {
      found.push(`something before the results at ${index}`)
    }
    for (const block of content) {
      const { type, text, id, input } = block
      if (type === 'text' && String(text).trim() === '') found.push(`blank text at ${index}`)
      if ((type === 'tool_use') !== (role === 'assistant' && 'input' in block)) {
        found.push(`call of the wrong role at ${index}`)
      }
      if (type !== 'tool_use') continue
      if (seen.has(id) || !/^[\w-]+$/.test(String(id))) found.push(`id ${String(id)} at ${index}`)
      if (typeof input !== 'object' || input === null) found.push(`no input at ${index}`)
      seen.add(id)
    }
  }
  const last = messages.at(-1)
  if (blocksOf(last, 'tool_use').length > 0) found.push('the last calls have no answer')
  const end = last?.role === 'assistant' ? last.content.at(-1) : undefined
  if (String(end?.['type']).includes('thinking')) found.push('thinking at the end')
  if (end?.['type'] === 'text' && /\s$/.test(String(end['text']))) found.push('space at the end')
  return found
}

function blocksOf(message: Message | undefined, type: string): readonly Block[] {
  return message?.content.filter((block) => block['type'] === type) ?? []
}

function randomText(random: () => number): string {
  return pick(random, ['hello', ' ', '', 'so: ', 'grüße\n'])
}

function said(random: () => number, role: 'user' | 'assistant' | 'system' | 'developer'): Item {
  const text = randomText(random)
  const type = role === 'assistant' ? 'output_text' : 'input_text'
  return { type: 'message', role, content: [{ type, text }] }
}

/** A history in which every call has its output somewhere after it. */
function randomHistory(random: () => number): Item[] {
  const items: Item[] = []
  const open: Item[] = []
  const steps = Math.floor(random() * 12)
  for (let step = 0; step < steps; step += 1) {
    const choice = random()
    if (choice < 0.2) items.push(said(random, 'user'))
    else if (choice < 0.4) items.push(said(random, 'assistant'))
    else if (choice < 0.45) items.push(said(random, pick(random, ['system', 'developer'])))
    else if (choice < 0.55) {
      items.push({
        type: 'reasoning',
        summary: [],
        content: [{ type: 'reasoning_text', text: 'hm' }],
        ...(random() < 0.5 ? { signature: 's' } : {}),
      })
    } else if (choice < 0.8) {
      const call_id = pick(random, ['a', 'b', 'c:1', 'c_1', `call_${step}`])
      // The same id may be reused, but not before it was answered.
      if (open.some((item) => item.type === 'function_call_output' && item.call_id === call_id))
        continue
      const text = pick(random, ['{}', '', '{"a":1}', 'nonsense', '[1]'])
      items.push({ type: 'function_call', call_id, name: 'f', arguments: text })
      open.push({ type: 'function_call_output', call_id, output: randomText(random) })
    } else if (open.length > 0) {
      items.push(...open.splice(Math.floor(random() * open.length), 1))
    }
  }
  return [...items, ...open, ...(random() < 0.5 ? [said(random, 'user')] : [])]
}

describe('messages of any history', () => {
  it('follow the rules of the API', () => {
    const random = createRandom(11)
    for (let round = 0; round < 4000; round += 1) {
      const items = randomHistory(random)
      const { messages } = encodeMessages(items)
      expect({ items, violations: violations(messages) }).toEqual({ items, violations: [] })
    }
  })

  it('are rejected as the caller’s mistake if calls and outputs do not match', () => {
    const random = createRandom(12)
    let refused = 0
    for (let round = 0; round < 2000; round += 1) {
      const items = randomHistory(random)
      items.splice(Math.floor(random() * items.length), 1)
      try {
        expect(violations(encodeMessages(items).messages)).toEqual([])
      } catch (error) {
        if (!(error instanceof ModelError)) throw error
        expect(error.kind).toBe('invalid-request')
        refused += 1
      }
    }
    expect(refused).toBeGreaterThan(100)
  })
})
