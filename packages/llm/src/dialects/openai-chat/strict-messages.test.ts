import { describe, expect, it } from 'vitest'
import type { Item } from '../../operations/chat/item.ts'
import { chatFormatOf } from '../dialect.ts'
import { openAiChat } from './dialect.ts'

const chat = chatFormatOf(openAiChat)
const options = {
  outputLimitField: 'max_tokens',
  quirks: {
    strictMessages: true,
    parameterNames: { seed: 'random_seed' },
    refusedParameters: ['user'],
  },
} as const

const user = { role: 'user', content: 'hi' }
const system = { role: 'system', content: 'be brief' }
const answer = { role: 'assistant', content: 'hello' }
const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
const calling = { role: 'assistant', tool_calls: [call] }
const output = { role: 'tool', tool_call_id: 'a', content: '1' }

function written(body: object): unknown {
  return chat.encodeRequest(chat.decodeRequest({ model: 'm', messages: [user], ...body }), options)
}

/** What the server gets of a caller's bytes; undefined if they may not pass. */
function passed(body: object, edits: { readonly itemsBefore?: readonly Item[] } = {}): unknown {
  const whole = { model: 'm', messages: [user], ...body }
  const bytes = Buffer.from(JSON.stringify(whole))
  const sent = openAiChat.passage.inspect(whole)
  const edited = openAiChat.passage.edit(bytes, sent, { model: 'm', edits, options })
  return edited === bytes ? 'unchanged' : edited && JSON.parse(Buffer.from(edited).toString())
}

describe('a server with strict messages', () => {
  it.each([
    ['a question', [user]],
    ['instructions and questions', [system, user, user]],
    ['instructions after a question', [user, system]],
    ['a dialogue', [system, user, answer, user]],
    ['a loop of tools', [user, calling, output, answer, user]],
    ['a loop of tools that goes on', [user, calling, output]],
    ['the beginning of an answer', [user, { ...answer, prefix: true }]],
  ])('gets the bytes of %s', (_name, messages) => {
    expect(passed({ messages })).toBe('unchanged')
  })

  it.each<[string, readonly object[], readonly object[]]>([
    [
      'an answer between an output and a question',
      [user, calling, output, user],
      [user, calling, output, { role: 'assistant', content: 'OK.' }, user],
    ],
    [
      'instructions in the middle as a question',
      [user, answer, system, user],
      [user, answer, { ...system, role: 'user' }, user],
    ],
    ['no empty answer', [user, { role: 'assistant', content: '' }, user], [user, user]],
    [
      'no names, and nothing that only answers have',
      [
        { ...user, name: 'me' },
        { ...answer, refusal: null, annotations: [], reasoning_content: 'hm' },
        user,
      ],
      [user, answer, user],
    ],
    [
      'the mark of an answer that is to be continued',
      [user, answer],
      [user, { ...answer, prefix: true }],
    ],
  ])('gets %s', (_name, messages, expected) => {
    expect(passed({ messages })).toBeUndefined()
    expect(written({ messages })).toEqual({ model: 'm', messages: expected })
  })

  it('gets parameters under its own names, and none that it refuses', () => {
    expect(passed({ seed: 7 })).toBeUndefined()
    expect(written({ seed: 7, user: 'me' })).toEqual({
      model: 'm',
      messages: [user],
      random_seed: 7,
    })
    expect(passed({ random_seed: 7, safe_prompt: true })).toBe('unchanged')
  })

  it('gets messages that are put before others in order', () => {
    const items: Item[] = [
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'hello' }] },
    ]
    expect(passed({}, { itemsBefore: items })).toBeUndefined()
  })
})
