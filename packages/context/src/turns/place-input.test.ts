import type { Item } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { assistant, brief, call, output, system, user } from './test-support/items.ts'
import { chat, chatted, texts, TurnLog } from './test-support/turn-log.ts'

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

describe('a body of messages that were deleted', () => {
  const said = ['q1', 'A1', 'q2', 'A2', 'q3', 'A3']
  it.each<[string, string[], string, object | null]>([
    ['the oldest exchange', ['q2', 'A2', 'q3', 'A3'], 't3', { before: 't2', turns: [] }],
    ['all but the newest', ['q3', 'A3'], 't3', { before: 't3', turns: [] }],
    ['one in the middle', ['q1', 'A1', 'q3', 'A3'], 't3', { before: null, turns: ['t2'] }],
    ['the newest exchange', ['q1', 'A1', 'q2', 'A2'], 't2', null],
    ['the oldest and the newest', ['q2', 'A2'], 't2', { before: 't2', turns: [] }],
    ['nothing', said, 't3', null],
  ])('%s', (_, kept, parent, leftOut) => {
    const log = chatted(...said)
    const body = chat(...kept, 'q4')
    const { placement, prompt } = log.say(body, [assistant('A4')])
    expect(placement).toMatchObject({ parent, leftOut, matched: kept.length })
    expect(placement.exchanges).toHaveLength(1)
    expect(texts(prompt)).toEqual(texts(body))
    const next = log.say([...body, assistant('A4'), user('q5')], [])
    expect(next.placement).toMatchObject({ parent: 't4', leftOut })
    expect(texts(next.prompt)).toEqual([...kept, 'q4', 'A4', 'q5'])
    const undone = log.say(chat(...said, 'q6'), [])
    expect(undone.placement).toMatchObject({ parent: 't3', leftOut: null })
  })

  it('within an exchange makes a branch from there on', () => {
    const log = chatted(...said)
    const body = [...chat('q1', 'A1'), user('q2'), ...chat('q3', 'A3', 'q4')]
    const { placement, prompt } = log.say(body, [assistant('A4')])
    expect(placement).toMatchObject({ parent: 't1', matched: 2 })
    expect(texts(prompt)).toEqual(['q1', 'A1', 'q2', 'q3', 'A3', 'q4'])
    const next = log.say([...body, assistant('A4'), user('q5')], [])
    expect(next.placement.exchanges).toHaveLength(1)
  })

  it('leaves new input what was there', () => {
    const log = chatted(...said)
    log.say(chat('q2', 'A2', 'q3', 'A3', 'q4'), [assistant('A4')])
    log.sendsHistory = false
    expect(log.place(chat('q5'))).toMatchObject({
      parent: 't4',
      leftOut: { before: 't2', turns: [] },
    })
  })
})

describe('a window', () => {
  it.each([2, 3, 5])('of the last %i exchanges copies nothing', (size) => {
    const log = new TurnLog()
    let view: Item[] = []
    for (let turn = 1; turn <= 30; turn++) {
      view = [...view, user(turn % 3 === 0 ? 'yes' : `q${turn}`)].slice(1 - 2 * size)
      const { placement, prompt } = log.say(view, [assistant(turn % 4 === 0 ? 'ok' : `A${turn}`)])
      expect(placement.exchanges).toHaveLength(1)
      expect(texts(prompt)).toEqual(texts(view))
      view.push(...(log.turns.at(-1)?.output ?? []))
    }
    expect(log.turns).toHaveLength(30)
  })

  it('may begin with an answer', () => {
    const log = chatted('q1', 'A1', 'q2', 'A2')
    const body = chat('q1', 'A1', 'q2', 'A2', 'q3').slice(1)
    const { placement, prompt } = log.say(body, [])
    expect(placement).toMatchObject({ parent: 't2' })
    expect(texts(prompt)).toEqual(['A1', 'q2', 'A2', 'q3'])
  })

  it('that keeps the first exchange copies what it has once in a while', () => {
    const log = new TurnLog()
    const all: Item[] = []
    for (let turn = 1; turn <= 300; turn++) {
      all.push(user(`q${turn}`))
      const view = turn < 6 ? all : [...all.slice(0, 2), ...all.slice(-7)]
      const { prompt } = log.say(view, [assistant(`A${turn}`)])
      expect(texts(prompt)).toEqual(texts(view))
      all.push(assistant(`A${turn}`))
    }
    expect(log.turns.length).toBeLessThan(330)
  })
})

describe('new input', () => {
  it('follows the head, also when the same is said twice', () => {
    const log = new TurnLog()
    for (const said of ['hello', 'yes', 'yes', 'hello', 'yes']) {
      const { placement } = log.say(chat(said), [assistant(`A${log.turns.length + 1}`)])
      expect(placement).toMatchObject({ supersedes: null, sendsHistory: false })
    }
    expect(texts(log.say(chat('yes'), []).prompt)).toHaveLength(11)
  })

  it('may begin an answer', () => {
    const log = new TurnLog()
    for (const said of ['q1', 'q2', 'q3']) log.say(chat(said, 'Sure: '), [assistant('yes')])
    expect(log.path(log.head)).toHaveLength(3)
  })

  it('follows what was imported, until a caller repeats it', () => {
    const log = new TurnLog()
    log.say(chat('q1', 'A1', 'q2'), [assistant('A2')])
    expect(log.sendsHistory).toBe(false)
    expect(log.place(chat('q3'))).toMatchObject({ parent: 't2' })
    log.say(chat('q1', 'A1', 'q2', 'A2', 'q3'), [assistant('A3')])
    expect(log.sendsHistory).toBe(true)
    expect(log.place(chat('q4'))).toMatchObject({ parent: null })
  })

  it('may repeat the calls that it answers', () => {
    const log = chatted('q1', 'A1')
    log.sendsHistory = false
    log.say(chat('q2'), [call('c')])
    const { placement, prompt } = log.say([call('c'), output('c')], [])
    expect(placement).toMatchObject({ parent: 't2', matched: 1, sendsHistory: false })
    expect(prompt.map(brief).slice(-3)).toEqual(['user: q2', 'call c', 'output c'])
  })

  it('takes the place of the same question that got no answer', () => {
    const log = chatted('q1', 'A1')
    log.sendsHistory = false
    log.say(chat('q2'), [], 'failed')
    expect(log.place(chat('q2'))).toMatchObject({ parent: 't1', supersedes: 't2' })
    expect(log.place(chat('q3'))).toMatchObject({ parent: 't1', supersedes: null })
  })
})

describe('an answer to be continued', () => {
  it('stands beside the turn that has it', () => {
    const log = chatted('q1', 'A1', 'q2', 'A2 is long')
    const body = [...chat('q1', 'A1', 'q2'), assistant('A2 is')]
    const { placement, prompt } = log.say(body, [assistant(' longer')])
    expect(placement).toMatchObject({ parent: 't1', supersedes: 't2' })
    expect(texts(prompt)).toEqual(['q1', 'A1', 'q2', 'A2 is'])
    const next = log.say(chat('q1', 'A1', 'q2', 'A2 is longer', 'q3'), [])
    expect(next.placement).toMatchObject({ parent: 't3' })
    expect(next.placement.asSent.size).toBe(0)
  })

  it('may be the first', () => {
    const log = chatted('q1', 'A1')
    expect(log.place(chat('q1', 'A1'))).toMatchObject({ parent: null, supersedes: 't1' })
  })
})

describe('equal turns', () => {
  it('are told apart by the current path, then by their age', () => {
    const log = chatted('q1', 'A1', 'q2', 'ok')
    log.say(chat('q1', 'A1', 'q2'), [assistant('ok')])
    const body = chat('q1', 'A1', 'q2', 'ok', 'q3')
    expect(log.place(body)).toMatchObject({ parent: 't3' })
    log.head = 't2'
    expect(log.place(body)).toMatchObject({ parent: 't2' })
    log.head = 't1'
    expect(log.place(body)).toMatchObject({ parent: 't3' })
  })
})

describe('a question that was asked before', () => {
  it('is another one from a caller who has not seen the answer', () => {
    const log = chatted('q1', 'A1')
    expect(log.place(chat('q1'), { cameBeforeAnswer: true })).toMatchObject({
      parent: 't1',
      supersedes: null,
    })
  })

  it('is the same from a caller who ended its answer', () => {
    const log = new TurnLog()
    log.say(chat('q1'), [assistant('A')], 'cancelled')
    expect(log.place(chat('q1'), { cameBeforeAnswer: true })).toMatchObject({ supersedes: 't1' })
  })

  it('is another one where all input is new, whatever it repeats', () => {
    const log = chatted('q1', 'A1', 'q2', 'A2')
    const placement = log.place(chat('q1', 'A1', 'q2'), { isNewInput: true })
    expect(placement).toMatchObject({ parent: 't2', supersedes: null, matched: 0 })
    expect(placement.exchanges).toHaveLength(2)
  })
})
