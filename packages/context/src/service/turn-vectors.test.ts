import { ModelError } from '@fairlead/llm'
import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { modelKeyOf, vectorKind } from '../retrieval/vector-record.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import type { StrategyInput } from '../plan/strategy-input.ts'
import { itemText } from '../turns/item-text.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import {
  openConversations,
  say,
  settled,
  turnRequest,
  turnsOf,
} from './test-support/conversation-bench.ts'
import { meaningModels, meaningOf } from './test-support/meaning-models.ts'
import type { ScriptedModels } from './test-support/scripted-models.ts'

const tenant = 'team/app'
const id = 'chat-1'
const question = 'Where did I leave the vehicle?'
const told = 'The car stands in Elm Street.'

const strategyOf = (mode: 'Vector' | 'Hybrid', model = 'embed'): StrategyInput => ({
  name: 'relevant',
  generation: 1,
  history: { mode: 'LastTurns', turns: 1, slackTurns: 0 },
  retrieval: { mode, model, maxTokens: 400, neighbours: 0 },
  reserveOutputTokens: 0,
  onOverflow: 'Compact',
})

class Chat {
  readonly bench: ReturnType<typeof openConversations>
  readonly models: ScriptedModels
  strategy: StrategyInput

  constructor(
    strategy: StrategyInput = strategyOf('Hybrid'),
    bench = openConversations(),
    models = meaningModels(),
  ) {
    this.strategy = strategy
    this.bench = bench
    this.models = models
  }

  async say(...texts: readonly string[]): Promise<void> {
    for (const text of texts) {
      await say(this.bench.conversations, [user(text)], [assistant('Noted.')], this.request())
      await this.settled()
    }
  }

  async ask(text = question) {
    const request = turnRequest([user(text)], this.request())
    const { items, plan } = await this.bench.conversations.plan(request)
    const quoted = items.map(itemText).filter((one) => one.startsWith('<retrieved>'))
    return { quoted: quoted.join('\n'), problems: plan.retrieval?.problems ?? [], plan }
  }

  request() {
    return { strategy: this.strategy, models: this.models }
  }

  async settled(): Promise<void> {
    for (let round = 0; round < 60; round += 1) await settled()
  }

  /** What was embedded, but for questions. */
  documents(): readonly string[] {
    return this.models.embedded
      .filter(({ purpose }) => purpose === 'document')
      .map(({ text }) => text)
  }

  async records(model = 'embed') {
    const query = { tenant, kind: vectorKind, owner: id, limit: 100 }
    const all = await this.bench.store.records.list(query)
    return all.filter((one) => one.id.startsWith(modelKeyOf(model)))
  }
}

const others = ['A cat sleeps.', 'My salary is low.', 'The weather is fine today.']

describe.each(['Vector', 'Hybrid'] as const)('turns that mean the same: %s', (mode) => {
  it('are found though they share no word with the question', async () => {
    const chat = new Chat(strategyOf(mode))
    await chat.say(told, ...others)
    const { plan, problems, quoted } = await chat.ask()
    expect(quoted).toContain(told)
    expect(quoted).not.toContain('salary')
    expect(problems).toEqual([])
    expect(plan.retrieval?.passages[0]).toMatchObject({ action: 'retrieved' })
    chat.strategy = { ...chat.strategy, retrieval: { mode: 'BM25', maxTokens: 400, neighbours: 0 } }
    expect((await chat.ask()).quoted).toBe('')
  })

  it('are searched by words alone while the model is down, and the plan says so', async () => {
    const chat = new Chat(strategyOf(mode))
    await chat.say(told, ...others)
    chat.models.vector = () => {
      throw new ModelError('unavailable', 'The model is down.')
    }
    const { problems, quoted } = await chat.ask('In which street does it stand: Elm?')
    expect(quoted).toContain(told)
    expect(problems).toEqual([
      { kind: 'turn', source: id, problem: 'words decided alone: The model is down.' },
    ])
  })

  it('are searched by words alone where the model takes too long', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
    const chat = new Chat(strategyOf(mode), openConversations({ clock }))
    await chat.say(told, ...others)
    chat.models.vector = () => new Promise(() => {})
    const asking = chat.ask('In which street does it stand: Elm?')
    await chat.settled()
    await clock.advance(1600)
    const { problems, quoted } = await asking
    expect(quoted).toContain(told)
    expect(problems[0]?.problem).toBe(
      'words decided alone: the embedding model "embed" took longer than 1600 ms',
    )
  })
})

describe('the vectors of turns', () => {
  it('are made once for each text, after its turn, and asked for once for each question', async () => {
    const chat = new Chat()
    await chat.say(told, told, ...others)
    expect(chat.documents().toSorted()).toEqual([...others, told, 'Noted.'].toSorted())
    // One for each turn, and what is known of their making.
    expect(await chat.records()).toHaveLength(6)
    const before = chat.models.embedded.length
    await chat.ask()
    expect(chat.models.embedded.slice(before)).toEqual([
      { model: 'embed', text: question, purpose: 'query' },
    ])
  })

  it('are not asked for where the prompt has every turn anyway', async () => {
    const chat = new Chat()
    await chat.say(told)
    const before = chat.models.embedded.length
    await chat.ask()
    expect(chat.models.embedded).toHaveLength(before)
  })

  it('are made at the time of the question where they are missing, the newest first', async () => {
    const chat = new Chat({ ...strategyOf('Hybrid'), retrieval: { mode: 'None' } })
    const long = 'The cat eats. '.repeat(75)
    await chat.say(told, ...Array.from({ length: 60 }, (_, at) => `${at} ${long}`))
    chat.strategy = strategyOf('Hybrid')
    const { problems } = await chat.ask()
    expect(problems[0]?.problem).toMatch(/^\d+ earlier turns have no vectors yet/)
    expect(chat.documents()[0]).toContain('58 The cat')
    expect(chat.documents().length).toBeLessThanOrEqual(96)
    await chat.say('Something else', 'And more')
    expect((await chat.ask()).quoted).toContain(told)
    expect((await chat.ask()).problems).toEqual([])
    expect(new Set(chat.documents()).size).toBe(chat.documents().length)
  })

  it('that could not be made are made later, not at once', async () => {
    const chat = new Chat()
    chat.models.vector = () => {
      throw new ModelError('unavailable', 'The model is down.')
    }
    await chat.say(told, ...others)
    // The first turn tried, and nobody else before its time is over.
    expect(chat.documents()).toEqual([told, 'Noted.'])
    chat.models.vector = meaningOf
    expect((await chat.ask()).problems[0]?.problem).toContain('3 earlier turns have no vectors')
    await chat.bench.clock.advance(15_000)
    expect(await chat.ask()).toMatchObject({ problems: [], quoted: expect.stringContaining(told) })
  })

  it('are made anew by another model, and those of two models are kept', async () => {
    const chat = new Chat()
    await chat.say(told, ...others)
    for (const model of ['second', 'third']) {
      chat.strategy = strategyOf('Hybrid', model)
      expect((await chat.ask()).quoted).toContain(told)
      expect(await chat.records(model)).not.toEqual([])
      await chat.bench.clock.advance(1000)
    }
    expect(await chat.records('embed')).toEqual([])
    expect(await chat.records('second')).not.toEqual([])
  })

  it('are made anew where the name of the model stands for another one', async () => {
    const chat = new Chat()
    await chat.say(told, ...others)
    chat.models.vector = (text) => Float32Array.of(...meaningOf(text), 0)
    expect((await chat.ask()).problems[0]?.problem).toContain('vectors have 13 numbers now')
    await chat.say('The weather is bad.', 'It snows.')
    await chat.say('It rains.')
    expect(await chat.ask()).toMatchObject({ problems: [], quoted: expect.stringContaining(told) })
  })

  it('are those of every process that uses the store', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
    const store = createMemoryStore({ clock, ttlMs: undefined })
    const models = meaningModels()
    const [one, other] = [0, 1].map(
      () => new Chat(strategyOf('Hybrid'), openConversations({ clock, store }), models),
    ) as [Chat, Chat]
    await one.say(told, ...others)
    expect(await other.ask()).toMatchObject({ quoted: expect.stringContaining(told), problems: [] })
    await other.say('My kitten is called Tom.', 'Fine.')
    expect((await one.ask('What is the feline called?')).quoted).toContain('Tom')
    expect(new Set(one.documents()).size).toBe(one.documents().length)
  })

  it('of a deleted item are deleted, also those that are being made', async () => {
    const chat = new Chat()
    await chat.say(told, ...others)
    const [first] = await turnsOf(chat.bench.conversations, tenant, id)
    const seqs = async () => (await chat.records()).map(({ body }) => body['seq'])
    expect(await seqs()).toContain(1)
    await chat.bench.conversations.removeItem({ tenant, id }, first?.input[0]?.id ?? '')
    expect(await seqs()).not.toContain(1)
    expect((await chat.ask()).quoted).not.toContain('Elm')
    const secret = 'The flat is in Oak Street.'
    const made = Promise.withResolvers<void>()
    let asked = 0
    chat.models.vector = async (text) => {
      // Before, it is what is searched for.
      if (text === secret && ++asked > 1) await made.promise
      return meaningOf(text)
    }
    await chat.say(secret)
    const last = (await turnsOf(chat.bench.conversations, tenant, id)).at(-1)
    await chat.bench.conversations.removeItem({ tenant, id }, last?.input[0]?.id ?? '')
    made.resolve()
    await chat.settled()
    expect(await seqs()).not.toContain(last?.seq)
  })

  it('are deleted with their conversation', async () => {
    const chat = new Chat()
    await chat.say(told, ...others)
    expect(await chat.records()).not.toEqual([])
    await chat.bench.conversations.remove(tenant, id)
    expect(await chat.records()).toEqual([])
  })
})
