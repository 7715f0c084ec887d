import { describe, expect, it } from 'vitest'
import { forgottenPlan } from '../../plan/forgotten-plan.ts'
import type { Conversation } from '../../turns/conversation.ts'
import type { KeptResponse } from '../kept-response.ts'
import type { ConversationQuery } from '../turn-queries.ts'
import { subjectBatch } from '../turn-queries.ts'
import { erasureKeptMs } from '../subject-erasures.ts'
import type { ContextStore } from '../context-store.ts'
import type { TurnStore } from '../turn-store.ts'
import type { RunWithStore } from './tree-contract.ts'
import { conversationAt, ended, turnOf } from './turns.ts'

interface Kept {
  readonly subject?: string
  readonly metadata?: Readonly<Record<string, string>>
  readonly retention?: Partial<Conversation['ccp']['retention']>
  readonly tenant?: string
}

function kept(id: string, { subject, metadata, retention, tenant }: Kept): Conversation {
  const { ccp, ...conversation } = conversationAt(1, tenant, id)
  return {
    ...conversation,
    metadata: metadata ?? {},
    ccp: { ...ccp, subject: subject ?? null, retention: { ...ccp.retention, ...retention } },
  }
}

function responseOf(id: string, conversation: string | null): KeptResponse {
  return {
    id,
    tenant: 'a',
    previous: null,
    conversation,
    status: 'completed',
    background: false,
    body: {},
    input: [],
    output: [],
    error: null,
    answered_by: null,
    created_at: 1,
    completed_at: 1,
  }
}

/** What every store must do to list conversations, and to keep or delete them. */
export function describeRetentionContract(
  name: string,
  run: RunWithStore,
  forgetErasures?: (store: ContextStore) => Promise<void>,
): void {
  const add = async (store: TurnStore, id: string, settings: Kept = {}) => {
    const turn = ended(turnOf(id, 1, { plan: `plan_${id}` }))
    const conversation = kept(id, settings)
    const plan = forgottenPlan(turn)
    const change = { expectedRevision: null, conversation, turns: [turn], plan }
    expect(await store.append(change)).toBe('stored')
    return conversation
  }
  const listed = async (store: TurnStore, query: ConversationQuery) => {
    const page = await store.list('a', query)
    if (page.outcome !== 'found') return page.outcome
    return [page.conversations.map(({ id }) => id), page.next]
  }

  describe(`what a ${name} store keeps`, () => {
    it('is listed in the order of its creation, in pages', () =>
      run(async (store) => {
        const conversations = []
        for (const id of ['c1', 'c2', 'c3']) conversations.push(await add(store, id))
        await add(store, 'c4', { tenant: 'b' })
        await store.append({
          expectedRevision: 1,
          conversation: kept('c1', {}),
          turns: [],
        })
        expect(await store.list('a', { limit: 5, order: 'asc' })).toEqual({
          outcome: 'found',
          conversations,
          next: null,
        })
        expect(await listed(store, { limit: 2, order: 'asc' })).toEqual([['c1', 'c2'], 'c2'])
        const after = { after: 'c2' }
        expect(await listed(store, { limit: 2, order: 'asc', ...after })).toEqual([['c3'], null])
        expect(await listed(store, { limit: 2, order: 'desc' })).toEqual([['c3', 'c2'], 'c2'])
        expect(await listed(store, { limit: 2, order: 'desc', ...after })).toEqual([['c1'], null])
        expect(await listed(store, { limit: 2, order: 'asc', after: 'c4' })).toBe('unknown-after')
      }))

    it('is listed by subject and metadata', () =>
      run(async (store) => {
        await add(store, 'c1', { subject: 'ada', metadata: { app: 'x', "it's": '"a"' } })
        await add(store, 'c2', { subject: 'ada', metadata: { app: 'y' } })
        await add(store, 'c3', { subject: 'bob', metadata: { app: 'x' } })
        const page = { limit: 5, order: 'asc' } as const
        const list = async (query: Partial<ConversationQuery>) =>
          (await listed(store, { ...page, ...query }))[0]
        expect(await list({ subject: 'ada' })).toEqual(['c1', 'c2'])
        expect(await list({ subject: 'ada', order: 'desc', after: 'c2' })).toEqual(['c1'])
        expect(await list({ metadata: { app: 'x' } })).toEqual(['c1', 'c3'])
        expect(await list({ metadata: { app: 'x', "it's": '"a"' } })).toEqual(['c1'])
        expect(await list({ subject: 'bob', metadata: { app: 'y' } })).toEqual([])
        expect(await list({ subject: 'eve' })).toEqual([])
      }))

    it('follows a change of metadata and subject', () =>
      run(async (store) => {
        await add(store, 'c1', { subject: 'ada', metadata: { app: 'x' } })
        const conversation = kept('c1', { subject: 'bob', metadata: { app: 'y' } })
        await store.append({ expectedRevision: 1, conversation, turns: [] })
        const page = { limit: 5, order: 'asc' } as const
        const query = { ...page, subject: 'bob', metadata: { app: 'y' } }
        expect((await listed(store, query))[0]).toEqual(['c1'])
        expect((await listed(store, { ...page, subject: 'ada' }))[0]).toEqual([])
      }))

    it('of a subject is deleted, and counted', () =>
      run(async (store) => {
        await add(store, 'c1', { subject: 'ada' })
        await add(store, 'c2', { subject: 'ada' })
        await add(store, 'c3', { subject: 'ada', retention: { legal_hold: true } })
        await add(store, 'c4', { subject: 'bob' })
        await add(store, 'c5', { subject: 'ada', tenant: 'b' })
        const counts = { conversations: 2, turns: 2, plans: 2, responses: 0, held: 1, more: false }
        expect(await store.removeSubject('a', 'ada')).toEqual(counts)
        for (const id of ['c1', 'c2']) expect(await store.conversation('a', id)).toBeUndefined()
        for (const id of ['c3', 'c4']) expect(await store.conversation('a', id)).toBeDefined()
        expect(await store.conversation('b', 'c5')).toBeDefined()
        expect(await store.plan('a', 'plan_c1')).toBeUndefined()
        const none = { conversations: 0, turns: 0, plans: 0, responses: 0, held: 1, more: false }
        expect(await store.removeSubject('a', 'ada')).toEqual(none)
      }))

    it('of a subject is deleted with the responses of its conversations', () =>
      run(async (store) => {
        await add(store, 'c1', { subject: 'ada' })
        await add(store, 'c2', { subject: 'bob' })
        for (const [id, conversation] of [
          ['r1', 'c1'],
          ['r2', 'c2'],
          ['r3', null],
        ] as const) {
          await store.responses.add(responseOf(id, conversation))
        }
        expect(await store.removeSubject('a', 'ada')).toMatchObject({ responses: 1 })
        expect(await store.responses.load('a', 'r1')).toBeUndefined()
        expect(await store.responses.load('a', 'r2')).toBeDefined()
        expect(await store.responses.load('a', 'r3')).toBeDefined()
      }))

    it('has responses, which go with the conversation whatever deletes it', () =>
      run(async (store, time) => {
        const part = { output: [], frames: ['f'], firstFrame: 0, tenant: 'a' } as const
        const addTo = async (conversation: string, id = `r_${conversation}`) => {
          const running = { ...responseOf(id, conversation), status: 'in_progress' } as const
          expect(await store.responses.add(running)).toBe(true)
          await store.responses.flush([{ ...part, id }])
        }
        const isGone = async (id: string) => {
          expect(await store.responses.load('a', `r_${id}`)).toBeUndefined()
          expect(await store.responses.frames('a', `r_${id}`, 0, 10)).toBeUndefined()
          const end = { body: {}, error: null, answeredBy: null, completedAt: 2 }
          const late = { ...part, ...end, id: `r_${id}`, status: 'completed' } as const
          expect(await store.responses.finish(late)).toBe('missing')
        }
        await add(store, 'removed')
        await add(store, 'expired', { retention: { expires_at: time.nowMs / 1000 + 1 } })
        await add(store, 'stays')
        await add(store, 'replaced', { retention: { expires_at: time.nowMs / 1000 + 2 } })
        for (const id of ['removed', 'expired', 'stays', 'replaced']) await addTo(id)
        expect(await store.remove('a', 'removed')).toBe('removed')
        await isGone('removed')
        time.nowMs += 1000
        await store.expire()
        await isGone('expired')
        time.nowMs += 1000
        // Under its id another one is made, before it was noticed that the first has expired.
        await add(store, 'replaced')
        await isGone('replaced')
        await addTo('replaced', 'r_other')
        await store.expire()
        expect(await store.responses.load('a', 'r_other')).toBeDefined()
        expect(await store.responses.load('a', 'r_stays')).toBeDefined()
      }, 100_000))

    it('has no responses of a conversation that is gone, whoever comes late with one', () =>
      run(async (store) => {
        await add(store, 'c1', { subject: 'ada' })
        await store.responses.add(responseOf('r1', 'c1'))
        await store.removeSubject('a', 'ada')
        expect(await store.responses.add(responseOf('r2', 'c1'))).toBe(false)
        expect(await store.responses.add(responseOf('r3', 'never'))).toBe(false)
        for (const id of ['r2', 'r3']) {
          expect(await store.responses.load('a', id)).toBeUndefined()
        }
      }))

    it('of a subject does not come again by what was begun before the subject was erased', () =>
      run(async (store) => {
        const change = (id: string, subject: string | null, erasures?: number) => ({
          expectedRevision: null,
          conversation: kept(id, subject === null ? {} : { subject }),
          turns: [],
          ...(erasures === undefined ? {} : { erasures }),
        })
        const note = (id: string) => ({
          kind: 'note',
          tenant: 'a',
          owner: 'subject:ada',
          id,
          body: { id },
          expiresAtMs: null,
        })
        const before = await store.erasures('a', 'ada')
        expect(before).toEqual({ count: 0, agoMs: null })
        expect(await store.append(change('c1', 'ada', before.count))).toBe('stored')
        expect(await store.records.put(note('n1'), null, before.count)).toBe(true)
        expect(await store.removeSubject('a', 'ada')).toMatchObject({ conversations: 1 })
        expect(await store.append(change('c2', 'ada', before.count))).toBe('erased')
        expect(await store.records.put(note('n2'), null, before.count)).toBe(false)
        expect(await store.conversation('a', 'c2')).toBeUndefined()
        expect(await store.records.load(note('n2'))).toBeUndefined()
        expect((await listed(store, { limit: 5, order: 'asc' }))[0]).toEqual([])
        // Nobody else is concerned, nor what begins later.
        expect(await store.append(change('c3', 'bob', 0))).toBe('stored')
        expect(await store.append(change('c4', null, 0))).toBe('stored')
        expect(await store.erasures('b', 'ada')).toEqual(before)
        const after = await store.erasures('a', 'ada')
        expect(after.count).toBeGreaterThan(before.count)
        expect(after.agoMs).toBeGreaterThanOrEqual(0)
        expect(after.agoMs).toBeLessThan(60_000)
        expect(await store.append(change('c2', 'ada', after.count))).toBe('stored')
        expect(await store.records.put(note('n2'), null, after.count)).toBe(true)
        expect(await store.append(change('c5', 'ada'))).toBe('stored')
      }))

    it('of a subject is told from what a later erasure has met, also once the earlier is forgotten', () =>
      run(async (store, time) => {
        const change = (id: string, erasures: number) => ({
          expectedRevision: null,
          conversation: kept(id, { subject: 'ada' }),
          turns: [],
          erasures,
        })
        const owner = { tenant: 'a', owner: 'subject:ada' }
        const note = { kind: 'note', ...owner, id: 'n1', body: {}, expiresAtMs: null }
        await store.removeSubject('a', 'ada')
        const first = (await store.erasures('a', 'ada')).count
        if (forgetErasures === undefined) time.nowMs += erasureKeptMs + 1
        else await forgetErasures(store)
        expect(await store.erasures('a', 'ada')).toEqual({ count: 0, agoMs: null })
        // Nothing has been erased since.
        expect(await store.append(change('c1', first))).toBe('stored')
        expect(await store.records.put(note, null, first)).toBe(true)
        await store.removeSubject('a', 'ada')
        const second = (await store.erasures('a', 'ada')).count
        expect(second).toBeGreaterThan(first)
        for (const known of [0, first]) {
          expect(await store.append(change('c2', known))).toBe('erased')
          expect(await store.records.put(note, null, known)).toBe(false)
        }
        expect(await store.append(change('c2', second))).toBe('stored')
        expect(await store.records.put(note, null, second)).toBe(true)
      }))

    it('of a subject is deleted in parts, whatever is held between them', () =>
      run(async (store) => {
        const count = 2 * subjectBatch + 1
        for (let number = 1; number <= count; number++) {
          const retention = { legal_hold: number % 100 === 1 }
          await add(store, `c${number}`, { subject: 'ada', retention })
        }
        const removed: number[] = []
        for (let more = true; more;) {
          const part = await store.removeSubject('a', 'ada')
          removed.push(part.conversations)
          more = part.more
          if (!more) expect(part.held).toBe(3)
        }
        expect(Math.max(...removed)).toBeLessThanOrEqual(subjectBatch)
        expect(removed.reduce((total, part) => total + part)).toBe(count - 3)
        const left = await listed(store, { limit: 5, order: 'asc', subject: 'ada' })
        expect(left[0]).toEqual(['c1', 'c101', 'c201'])
      }))

    it('is kept by a legal hold, whatever asks for its end', () =>
      run(async (store, time) => {
        const retention = { legal_hold: true, expires_at: 1001 }
        await add(store, 'c1', { retention })
        await add(store, 'c2', { retention: { legal_hold: true } })
        time.nowMs += 1e9
        expect(await store.expire()).toBe(0)
        expect(await store.remove('a', 'c1')).toBe('held')
        expect(await store.conversation('a', 'c1')).toBeDefined()
        expect(await store.conversation('a', 'c2')).toBeDefined()
        const freed = kept('c1', { retention: { legal_hold: false } })
        await store.append({ expectedRevision: 1, conversation: freed, turns: [] })
        expect(await store.remove('a', 'c1')).toBe('removed')
      }, 1000))

    it('has a time of its own, which goes before the store’s', () =>
      run(async (store, time) => {
        const nowSeconds = time.nowMs / 1000
        await add(store, 'soon', { retention: { expires_at: nowSeconds + 1 } })
        await add(store, 'late', { retention: { expires_at: nowSeconds + 100 } })
        await add(store, 'store’s')
        time.nowMs += 999
        expect(await store.conversation('a', 'soon')).toBeDefined()
        time.nowMs += 1
        expect(await store.conversation('a', 'soon')).toBeUndefined()
        expect((await listed(store, { limit: 5, order: 'asc' }))[0]).toEqual(['late', 'store’s'])
        await store.expire()
        time.nowMs += 9_000
        await store.expire()
        expect(await store.expire()).toBe(0)
        expect((await listed(store, { limit: 5, order: 'asc' }))[0]).toEqual(['late'])
      }, 10_000))

    it('is kept for another time at once, when the store is told', () =>
      run(async (store, time) => {
        await add(store, 'c1')
        await add(store, 'c2')
        time.nowMs += 2000
        await store.configure({ ttlMs: 5000 })
        expect(await store.conversation('a', 'c1')).toBeDefined()
        await store.configure({ ttlMs: 2000 })
        expect(await store.conversation('a', 'c1')).toBeUndefined()
        await store.expire()
        await add(store, 'c3')
        await store.configure({ ttlMs: null })
        time.nowMs += 1e12
        expect(await store.expire()).toBe(0)
        expect(await store.conversation('a', 'c3')).toBeDefined()
      }, 10_000))
  })
}
