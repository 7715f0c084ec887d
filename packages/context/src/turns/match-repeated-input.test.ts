import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { assistant, brief, call, output, system, user } from './test-support/items.ts'
import { matchRepeatedInput } from './match-repeated-input.ts'

const reasoning: Item = { type: 'reasoning', summary: [], signature: 's' }
const history = [user('1'), reasoning, assistant('a'), user('2'), assistant('b')]

function newItems(log: readonly Item[], input: readonly Item[], cut?: Item) {
  const logged = log.map((item) => ({ item, cut: item === cut }))
  return matchRepeatedInput(logged, [], input).items.map(brief)
}

describe('a body', () => {
  it.each([
    ['the whole log', [user('1'), assistant('a'), user('2'), assistant('b'), user('3')], ['3']],
    [
      'with ids',
      [{ ...user('1'), id: 'x' }, assistant('a'), user('2'), assistant('b'), user('3')],
      ['3'],
    ],
    [
      'with white space',
      [user('1 '), assistant('a\n'), user('2'), assistant('b'), user('3')],
      ['3'],
    ],
    ['the end of the log', [user('2'), assistant('b'), user('3')], ['3']],
    [
      'several new questions',
      [user('1'), assistant('a'), user('2'), assistant('b'), user('3'), user('4')],
      ['3', '4'],
    ],
    ['an edited question', [user('1'), assistant('a'), user('2 edited')], ['2 edited']],
    ['the last question again', [user('1'), assistant('a'), user('2')], ['2']],
    ['only the first question', [user('1')], ['1']],
    ['questions only', [user('1'), user('3')], ['1', '3']],
    ['something else', [user('x'), assistant('y'), user('3')], ['x', 'y', '3']],
    ['nothing but new input', [user('3')], ['3']],
  ])('that repeats %s', (_, input, expected) => {
    expect(newItems(history, input).map((text) => text.split(': ')[1])).toEqual(expected)
  })

  it('is compared by the meaning of tool calls, not their bytes', () => {
    const log = [user('1'), call('call_1', '{"a":1,"b":[2]}')]
    const input = [user('1'), call('other', '{ "b": [2], "a": 1 }'), output('call_1')]
    expect(newItems(log, input)).toEqual(['output call_1'])
    const changed = [user('1'), call('call_1', '{"a":2,"b":[2]}'), output('call_1')]
    expect(newItems(log, changed)).toHaveLength(3)
  })

  it('may hold an empty message beside its calls', () => {
    const input = [user('1'), assistant(''), call('call_1'), output('call_1')]
    expect(newItems([user('1'), call('call_1')], input)).toEqual(['output call_1'])
  })

  it('may hold more or less of an answer that was cut', () => {
    const cut = assistant('half an answ')
    expect(newItems([user('1'), cut], [user('1'), assistant('half'), user('2')], cut)).toEqual([
      'user: 2',
    ])
  })

  it('is compared with its images', () => {
    const image = (url: string): Item => ({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_image', image_url: url }],
    })
    const log = [image('https://a'), assistant('a')]
    expect(newItems(log, [image('https://a'), assistant('a'), user('2')])).toEqual(['user: 2'])
    expect(newItems(log, [image('https://b'), assistant('a'), user('2')])).toHaveLength(3)
  })
})

describe('instructions at the head of a body', () => {
  it('are new only when they differ from those in force', () => {
    const match = (given: Item[], inForce: Item[]) =>
      matchRepeatedInput([], inForce, [...given, user('1')]).instructions.map(brief)
    expect(match([system('a')], [])).toEqual(['system: a'])
    expect(match([system('a')], [system('a')])).toEqual([])
    expect(match([system('b')], [system('a')])).toEqual(['system: b'])
    expect(match([], [system('a')])).toEqual([])
  })
})
