import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { assistant, brief, system, user } from './test-support/items.ts'
import { TurnLog } from './test-support/turn-log.ts'

/** Messages in turn: user, assistant, user …. */
const chat = (...texts: string[]): Item[] =>
  texts.map((text, index) => (index % 2 === 0 ? user(text) : assistant(text)))

const texts = (items: readonly Item[]) => items.map((item) => brief(item).split(': ')[1])

/** A log to which a client sent all it had, turn by turn. */
function chatted(...said: string[]): TurnLog {
  const log = new TurnLog()
  for (let end = 1; end < said.length; end += 2) {
    log.say(chat(...said.slice(0, end)), [assistant(said[end] ?? '')])
  }
  return log
}

describe('a body that goes on', () => {
  it('follows the turns that it repeats', () => {
    const log = chatted('q1', 'A1', 'q2', 'A2')
    const { placement, prompt } = log.say(chat('q1', 'A1', 'q2', 'A2', 'q3'), [])
    expect(placement).toMatchObject({ parent: 't2', supersedes: null, matched: 4, leftOut: null })
    expect(texts(prompt)).toEqual(['q1', 'A1', 'q2', 'A2', 'q3'])
    expect(log.turns).toHaveLength(3)
  })
})

describe('a question that is asked again', () => {
  it('takes the place of the last one, and is continued on either answer', () => {
    const log = chatted('q1', 'A1', 'q2', 'A2')
    const again = log.say(chat('q1', 'A1', 'q2'), [assistant('A3')])
    expect(again.placement).toMatchObject({ parent: 't1', supersedes: 't2', matched: 3 })
    const next = log.say(chat('q1', 'A1', 'q2', 'A3', 'q4'), [assistant('A4')])
    expect(texts(next.prompt)).toEqual(['q1', 'A1', 'q2', 'A3', 'q4'])
    expect(next.placement).toMatchObject({ parent: 't3', supersedes: null })
    const other = log.say(chat('q1', 'A1', 'q2', 'A2', 'q5'), [])
    expect(other.placement).toMatchObject({ parent: 't2', supersedes: null })
    expect(texts(other.prompt)).toEqual(['q1', 'A1', 'q2', 'A2', 'q5'])
    expect(log.turns).toHaveLength(5)
  })

  it('may be the first', () => {
    const log = chatted('q1', 'A1')
    const { placement, prompt } = log.say(chat('q1'), [])
    expect(placement).toMatchObject({ parent: null, supersedes: 't1', sendsHistory: false })
    expect(texts(prompt)).toEqual(['q1'])
  })
})

describe('an edited question', () => {
  it('makes a sibling, and what follows belongs to it', () => {
    const log = chatted('q1', 'A1', 'q2', 'A2')
    const edit = log.say(chat('q1', 'A1', 'q2 edited'), [assistant('A3')])
    expect(edit.placement).toMatchObject({ parent: 't1', supersedes: 't2' })
    const next = log.say(chat('q1', 'A1', 'q2 edited', 'A3', 'q3'), [])
    expect(texts(next.prompt)).toEqual(['q1', 'A1', 'q2 edited', 'A3', 'q3'])
    expect(log.turns).toHaveLength(4)
  })
})

describe('instructions', () => {
  it('are new where they are not in force after the parent', () => {
    const log = new TurnLog()
    log.say([system('a'), ...chat('q1')], [assistant('A1')])
    const same = log.place([system('a'), ...chat('q1', 'A1', 'q2')])
    expect(same).toMatchObject({ parent: 't1', instructions: [] })
    expect(log.place([system('b'), ...chat('q1', 'A1', 'q2')]).instructions).toHaveLength(1)
    expect(log.place(chat('q1', 'A1', 'q2')).instructions).toEqual([])
    expect(log.place([system('a'), ...chat('q1')])).toMatchObject({
      parent: null,
      supersedes: 't1',
    })
    expect(log.place([system('a'), ...chat('q1')]).instructions).toHaveLength(1)
  })
})
