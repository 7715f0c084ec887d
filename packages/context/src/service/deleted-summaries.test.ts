import { FakeClock } from '@fairlead/base/testing'
import { ModelError } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import type { StrategyInput } from '../plan/strategy-input.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { summaryKind } from '../summaries/summary-record.ts'
import { assistant, user } from '../turns/test-support/items.ts'
import {
  openConversations,
  promptTarget,
  say,
  settled,
  turnRequest,
} from './test-support/conversation-bench.ts'
import { ScriptedModels } from './test-support/scripted-models.ts'

const tenant = 'team/app'
const id = 'chat-1'
const secret = 'my number is 7'

const strategy: StrategyInput = {
  name: 's',
  generation: 1,
  history: { mode: 'Summarize', triggerTokens: 1000, targetTokens: 500, keepLastTurns: 2 },
  reserveOutputTokens: 0,
  onOverflow: 'Compact',
}

/** A store one of whose operations fails, or is lost although it is performed. */
class FailingStore {
  /** How many operations are left until one fails; 0 for none. */
  left = 0
  /** Whether the one that fails is performed all the same. */
  isPerformed = false
  readonly real: ContextStore
  readonly store: ContextStore

  constructor(real: ContextStore) {
    this.real = real
    this.store = this.#failing(real, this.#failing(real.records))
  }

  #failing<T extends object>(real: T, records?: object): T {
    return new Proxy(real, {
      get: (target, name) => {
        if (name === 'records' && records !== undefined) return records
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return async (...args: unknown[]): Promise<unknown> => {
          const isFailing = this.left > 0 && --this.left === 0
          if (isFailing && !this.isPerformed) throw new Error('the store is gone')
          const found: unknown = await Reflect.apply(member, target, args)
          if (isFailing) throw new Error('the store is gone')
          return found
        }
      },
    })
  }
}

/** A chat whose summary tells what its first turn said, and a store that can fail. */
async function summarised(models = telling()) {
  const clock = new FakeClock(Date.UTC(2026, 0, 1, 12))
  const failing = new FailingStore(createMemoryStore({ clock, ttlMs: undefined }))
  const { conversations } = openConversations({ clock, store: failing.store })
  const change = { strategy, models }
  const texts = (number: number) => `${number}${'word'.repeat(45)}`
  const { turn } = await say(conversations, [user(secret)], [assistant('noted')], change)
  const more = async (turns: number) => {
    for (let number = 0; number < turns; number += 1) {
      await say(conversations, [user(texts(number))], [assistant(texts(number))], change)
      await background()
    }
  }
  await more(12)
  const records = () =>
    failing.real.records.list({ tenant, kind: summaryKind, owner: id, limit: 100 })
  const stored = async () => {
    const said = await failing.real.turn(tenant, id, turn.id)
    const { ccp } = await conversations.get(tenant, id)
    return {
      log: JSON.stringify(said).includes(secret),
      derived: JSON.stringify([await records(), ccp.epoch]).includes(secret),
    }
  }
  const item = turn.input[0]?.id ?? ''
  const remove = () => conversations.removeItem({ tenant, id }, item)
  return { clock, conversations, failing, more, records, remove, stored, change }
}

/** Summaries that keep every word of what they are made from. */
function telling(): ScriptedModels {
  return new ScriptedModels(({ input }) =>
    input.includes(secret) ? `they said: ${secret}` : 'short',
  )
}

async function background(): Promise<void> {
  for (let round = 0; round < 60; round += 1) await settled()
}

describe('what was made of an item', () => {
  it.each([[false], [true]])(
    'is gone before the item is, whichever step fails (performed: %s)',
    async (isPerformed) => {
      let failures = 0
      for (let step = 1; ; step += 1) {
        const chat = await summarised()
        expect(await chat.stored()).toEqual({ log: true, derived: true })
        Object.assign(chat.failing, { left: step, isPerformed })
        const outcome = await chat.remove().catch((error: unknown) => error)
        const isOver = chat.failing.left > 0
        chat.failing.left = 0
        const { derived, log } = await chat.stored()
        expect(derived && !log, `after step ${step}`).toBe(false)
        if (isOver) break
        failures += outcome instanceof Error ? 1 : 0
        // Sent again, it is deleted or has been, and nothing is left of the attempt.
        await chat.remove().catch((error: unknown) => {
          expect(error).toMatchObject({ status: 404, code: 'item_not_found' })
        })
        expect(await chat.stored()).toEqual({ log: false, derived: false })
        expect(await chat.records()).toEqual([])
      }
      expect(failures).toBeGreaterThan(6)
    },
  )

  it('is not used while it is deleted, and deleted by a later turn where that was not ended', async () => {
    const chat = await summarised()
    const [summary] = await chat.records()
    // A process dies after it has said what it is about to delete.
    chat.failing.store.records.remove = () => Promise.reject(new Error('dead'))
    await expect(chat.remove()).rejects.toMatchObject({ status: 503 })
    expect((await chat.records()).map((record) => record.id)).toContain(summary?.id)
    Reflect.deleteProperty(chat.failing.store.records, 'remove')
    const planned = () =>
      chat.conversations.plan(turnRequest([user('next')], { ...chat.change, window: undefined }))
    expect(JSON.stringify((await planned()).items)).not.toContain('<summary>')
    await chat.clock.advance(61_000)
    await planned()
    await background()
    expect(await chat.records()).toEqual([])
    await chat.more(1)
    expect((await chat.records()).map(({ body }) => body['state'])).toContain('ready')
  })

  it('is not used while it is deleted again, however long ago that was begun', async () => {
    const chat = await summarised()
    chat.failing.store.records.remove = () => Promise.reject(new Error('dead'))
    await expect(chat.remove()).rejects.toMatchObject({ status: 503 })
    const mark = async () =>
      (await chat.records()).map(({ body }) => body).find(({ state }) => state === 'deleting')
    const begun = await mark()
    await chat.clock.advance(59_000)
    await expect(chat.remove()).rejects.toMatchObject({ status: 503 })
    expect(Number((await mark())?.['until_ms']) - Number(begun?.['until_ms'])).toBe(59_000)
    expect((await mark())?.['seqs']).toEqual([1])
  })

  it('is not made while an item is deleted, nor kept where it was being made', async () => {
    let finish = (_text: string) => {}
    const models = new ScriptedModels(() => new Promise((resolve) => (finish = resolve)))
    const chat = await summarised(models)
    expect(models.asked).toHaveLength(1)
    await chat.remove()
    finish(`they said: ${secret}`)
    await background()
    expect(await chat.stored()).toEqual({ log: false, derived: false })
  })

  it('stays out of the epoch, which a running turn might bring back', async () => {
    const chat = await summarised()
    const targets = [promptTarget('model-a'), promptTarget('model-b')] as const
    const open = await chat.conversations.begin(
      turnRequest([user('go')], { ...chat.change, targets }),
    )
    await expect(chat.remove()).rejects.toMatchObject({ code: 'conversation_locked' })
    await open.answering(targets[1], 2)
    await open.finish({ status: 'completed', output: [], usage: undefined, model: 'model-b' })
    await chat.remove()
    expect(await chat.stored()).toEqual({ log: false, derived: false })
  })

  it('is left alone where the item is not deleted', async () => {
    const chat = await summarised()
    await chat.conversations.update({ tenant, id }, { retention: { legal_hold: true } })
    await expect(chat.remove()).rejects.toBeInstanceOf(ModelError)
    expect(await chat.stored()).toEqual({ log: true, derived: true })
  })
})
