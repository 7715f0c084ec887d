import { describe, expect, it } from 'vitest'
import { forgottenPlan } from '../../plan/forgotten-plan.ts'
import { outlineOf } from '../../turns/turn-outline.ts'
import type { Conversation } from '../../turns/conversation.ts'
import type { Turn } from '../../turns/turn.ts'
import { withTurns } from '../../turns/with-turns.ts'
import type { ContextStore } from '../context-store.ts'
import type { StorePageQuery, TurnPageQuery } from '../turn-queries.ts'
import type { TurnStore } from '../turn-store.ts'
import { conversationAt, ended, text, turnOf } from './turns.ts'

/** Gives the body an empty store, and closes it. */
export type RunWithStore = (
  body: (store: ContextStore, time: { nowMs: number }) => Promise<void>,
  ttlMs?: number,
) => Promise<void>

const ids = (turns: readonly { readonly id: string }[]) => turns.map(({ id }) => id)

/** What an item may not be, each of its kind. */
const poisonedItems = [
  { type: 'function_call_output', call_id: 'c1' },
  { type: 'function_call_output', call_id: 'c1', output: 5 },
  { type: 'reasoning', id: 'rs_1' },
  { type: 'message', role: 'user', content: [{ type: 'input_text' }] },
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 5 }] },
  { type: 'message', role: 'user', content: [{ type: 'input_image' }] },
  { type: 'message', role: 'user', content: [{ type: 'bogus' }] },
  { role: 'user', content: 'x' },
  null,
  'text',
  [],
]

/** A turn that has ended, with item ids of its own. */
function node(seq: number, parent: string | null, change: Partial<Turn> = {}): Turn {
  const answered = ended(turnOf('c1', seq, { parent, plan: null }))
  const [answer] = answered.output
  if (answer === undefined) throw new Error('it has an answer')
  return { ...answered, output: [{ ...answer, id: `answer_${seq}` }], ...change }
}

/** What every store must do with turns that are a tree. */
export function describeTreeContract(name: string, run: RunWithStore): void {
  /** Stores turns in one change; the path to the last is the selected branch. */
  const grow = async (
    store: TurnStore,
    turns: readonly Turn[],
    change: Partial<Conversation['ccp']> = {},
  ) => {
    const { ccp, ...conversation } = withTurns(conversationAt(0), turns)
    const grown = { ...conversation, ccp: { ...ccp, ...change } }
    expect(await store.append({ expectedRevision: null, conversation: grown, turns })).toBe(
      'stored',
    )
    return grown
  }
  /** 1 – 2 – 4 – 5, and 3 beside 2. */
  const forked = () => [
    node(1, null),
    node(2, 'turn_1'),
    node(3, 'turn_1', { branch: 'other' }),
    node(4, 'turn_2'),
    node(5, 'turn_4'),
  ]

  describe(`the tree of a ${name} store`, () => {
    it('gives the end of a path, and nothing beside it', () =>
      run(async (store) => {
        await grow(store, forked())
        const path = async (to: string, max: number) =>
          ids(await store.path('a', 'c1', { to, max }))
        expect(await path('turn_5', 10)).toEqual(['turn_1', 'turn_2', 'turn_4', 'turn_5'])
        expect(await path('turn_5', 2)).toEqual(['turn_4', 'turn_5'])
        expect(await path('turn_3', 10)).toEqual(['turn_1', 'turn_3'])
        expect(await path('turn_9', 10)).toEqual([])
        expect(await store.path('b', 'c1', { to: 'turn_5', max: 10 })).toEqual([])
      }))

    it('gives a turn of any branch, as it was stored', () =>
      run(async (store) => {
        await grow(store, forked())
        expect(await store.turn('a', 'c1', 'turn_3')).toEqual(forked()[2])
        expect(await store.turn('a', 'c1', 'turn_9')).toBeUndefined()
        expect(await store.turn('a', 'c2', 'turn_3')).toBeUndefined()
      }))

    it('gives a conversation without its turns', () =>
      run(async (store) => {
        const conversation = await grow(store, forked())
        expect(await store.conversation('a', 'c1')).toEqual(conversation)
        expect(await store.conversation('b', 'c1')).toBeUndefined()
      }))

    it('gives what a new turn needs, at one moment', () =>
      run(async (store) => {
        const turns = [
          ...forked().slice(0, 4),
          node(5, 'turn_4', { idempotency_key: 'k', request_digest: 'd' }),
          turnOf('c1', 6, { parent: 'turn_5', request_digest: 'e', plan: null }),
        ]
        const pinned = ['turn_4', 'turn_3', 'turn_1']
        const conversation = await grow(store, turns, { pinned })
        const basis = await store.basis('a', 'c1', { pathMax: 2, key: 'k', digest: 'e' })
        expect(basis).toEqual({
          conversation,
          running: turns[5],
          path: [turns[4], turns[5]],
          pinned: [turns[0], turns[3]],
          instructing: undefined,
          keyed: turns[4],
          repeated: turns[5],
        })
        const other = await store.basis('a', 'c1', { pathMax: 5, key: 'x', digest: 'x' })
        expect(other?.pinned).toEqual([])
        expect(other?.keyed).toBeUndefined()
        expect(other?.repeated).toBeUndefined()
        expect(await store.basis('a', 'c2', { pathMax: 2 })).toBeUndefined()
        await store.finish('a', { turn: ended(turnOf('c1', 6, { parent: 'turn_5' })) })
        expect((await store.basis('a', 'c1', { pathMax: 0 }))?.running).toBeUndefined()
      }))

    it('gives the turn whose instructions are in force, however old', () =>
      run(async (store) => {
        const turns = forked().map((turn) => ({ ...turn, instructed_by: 'turn_1' }))
        await grow(store, turns)
        const found = async (pathMax: number) =>
          (await store.basis('a', 'c1', { pathMax }))?.instructing?.id
        expect(await found(2)).toBe('turn_1')
        expect(await found(9)).toBeUndefined()
      }))

    it('finds the newest use of a key, and a repeated request among the newest 8 turns', () =>
      run(async (store) => {
        const turns = Array.from({ length: 10 }, (_, index) =>
          node(index + 1, index === 0 ? null : `turn_${index}`, {
            idempotency_key: index < 2 ? 'k' : null,
            request_digest: index < 3 ? `d${index}` : null,
          }),
        )
        await grow(store, turns)
        const basis = (digest: string) => store.basis('a', 'c1', { pathMax: 0, key: 'k', digest })
        expect((await basis('d1'))?.keyed?.id).toBe('turn_2')
        expect((await basis('d1'))?.repeated).toBeUndefined()
        expect((await basis('d2'))?.repeated?.id).toBe('turn_3')
      }))

    it('gives outlines by seq; those of turns that end are made anew', () =>
      run(async (store) => {
        const turns = [...forked(), turnOf('c1', 6, { parent: 'turn_5', plan: null })]
        await grow(store, turns)
        expect(await store.outline('a', 'c1', 0)).toEqual(turns.map(outlineOf))
        const end = ended(turnOf('c1', 6, { parent: 'turn_5' }))
        await store.finish('a', { turn: end })
        expect(await store.outline('a', 'c1', 4)).toEqual(
          [turns[4], end].map((one) => one && outlineOf(one)),
        )
        expect(await store.outline('a', 'c1', 6)).toEqual([])
        expect(await store.outline('b', 'c1', 0)).toEqual([])
      }))

    it('is paged by turns, whatever their branch', () =>
      run(async (store) => {
        await grow(store, forked())
        const page = async (query: StorePageQuery) => {
          const found = await store.turnPage('a', 'c1', query)
          return found.outcome === 'found' ? [ids(found.entries), found.hasMore] : found.outcome
        }
        expect(await page({ limit: 2, order: 'asc' })).toEqual([['turn_1', 'turn_2'], true])
        expect(await page({ limit: 3, order: 'asc', after: 'turn_2' })).toEqual([
          ['turn_3', 'turn_4', 'turn_5'],
          false,
        ])
        expect(await page({ limit: 2, order: 'desc', after: 'turn_4' })).toEqual([
          ['turn_3', 'turn_2'],
          true,
        ])
        expect(await page({ limit: 2, order: 'desc', after: 'turn_9' })).toBe('unknown-after')
        expect((await store.turnPage('b', 'c1', { limit: 2, order: 'asc' })).outcome).toBe(
          'missing',
        )
      }))

    it('is paged by the turns of one path', () =>
      run(async (store) => {
        await grow(store, forked())
        const page = async (query: TurnPageQuery) => {
          const found = await store.turnPage('a', 'c1', query)
          return found.outcome === 'found' ? [ids(found.entries), found.hasMore] : found.outcome
        }
        const path = { pathTo: 'turn_5', limit: 2 }
        expect(await page({ ...path, order: 'asc' })).toEqual([['turn_1', 'turn_2'], true])
        expect(await page({ ...path, order: 'asc', after: 'turn_2' })).toEqual([
          ['turn_4', 'turn_5'],
          false,
        ])
        expect(await page({ ...path, order: 'desc', after: 'turn_4' })).toEqual([
          ['turn_2', 'turn_1'],
          false,
        ])
        expect(await page({ ...path, order: 'desc', after: 'turn_3' })).toBe('unknown-after')
        expect(await page({ ...path, pathTo: 'turn_9', order: 'desc' })).toEqual([[], false])
      }))

    it('is paged by the items of the selected branch, however the pages are cut', () =>
      run(async (store) => {
        const silent = node(6, 'turn_5', { status: 'failed', output: [] })
        await grow(store, [...forked(), silent])
        const whole = [1, 2, 4, 5].flatMap((seq) => [`msg_${seq}`, `answer_${seq}`])
        for (const order of ['asc', 'desc'] as const) {
          for (const limit of [1, 3, 8]) {
            const found: string[] = []
            for (let more = true; more;) {
              const after = found.at(-1)
              const page = await store.itemPage('a', 'c1', {
                limit,
                order,
                ...(after === undefined ? {} : { after }),
              })
              if (page.outcome !== 'found') throw new Error(page.outcome)
              found.push(...ids(page.entries))
              more = page.hasMore
            }
            expect(found).toEqual(order === 'asc' ? whole : whole.toReversed())
          }
        }
        const query = { limit: 2, order: 'asc', after: 'answer_3' } as const
        expect((await store.itemPage('a', 'c1', query)).outcome).toBe('unknown-after')
        expect((await store.itemPage('b', 'c1', query)).outcome).toBe('missing')
      }))

    it('pages a long path in whole pages', () =>
      run(async (store) => {
        const turns = Array.from({ length: 50 }, (_, index) =>
          node(index + 1, index === 0 ? null : `turn_${index}`),
        )
        await grow(store, turns)
        const query = { limit: 45, order: 'desc', after: 'msg_40' } as const
        const page = await store.itemPage('a', 'c1', query)
        const expected = turns.slice(0, 39).flatMap(({ input, output }) => [...input, ...output])
        expect(page).toEqual({
          outcome: 'found',
          entries: expected.slice(-45).toReversed(),
          hasMore: true,
        })
      }))

    it('finds an item of any branch, that of the selected one first', () =>
      run(async (store) => {
        const shared = (said: string) =>
          [{ type: 'message', role: 'user', id: 'shared', content: text(said) }] as const
        const turns = forked().map((turn) =>
          turn.seq === 2 || turn.seq === 3 ? { ...turn, input: shared(turn.id) } : turn,
        )
        await grow(store, turns)
        expect(await store.item('a', 'c1', 'answer_3')).toEqual(turns[2]?.output[0])
        expect(await store.item('a', 'c1', 'shared')).toEqual(turns[1]?.input[0])
        expect(await store.item('a', 'c1', 'nothing')).toBeUndefined()
        expect(await store.item('b', 'c1', 'shared')).toBeUndefined()
        expect(ids(await store.turnsOfItem('a', 'c1', 'shared'))).toEqual(['turn_3', 'turn_2'])
        expect(await store.turnsOfItem('a', 'c1', 'nothing')).toEqual([])
      }))

    it('leaves out what was stored as an item and is none, and names it', () =>
      run(async (store) => {
        const poisoned = poisonedItems as unknown as Turn['input']
        const turns = forked().map((turn) => ({ ...turn, input: [...turn.input, ...poisoned] }))
        await grow(store, turns)
        const read = await store.turn('a', 'c1', 'turn_2')
        expect(read?.input).toEqual(forked()[1]?.input)
        expect(read?.unreadable).toHaveLength(poisonedItems.length)
        expect(read?.unreadable?.[0]).toEqual({
          item: null,
          type: 'function_call_output',
          problem: 'output is missing',
        })
        const page = await store.itemPage('a', 'c1', { limit: 100, order: 'asc' })
        expect(page.outcome === 'found' && page.entries.every(({ id }) => id !== 'rs_1')).toBe(true)
        expect(await store.outline('a', 'c1', 0)).toHaveLength(turns.length)
      }))

    it('takes turns in a new form together with the revision, or not at all', () =>
      run(async (store) => {
        const before = await grow(store, forked())
        const changed = { ...node(2, 'turn_1'), pinned: true, input: [] }
        const conversation = { ...before, ccp: { ...before.ccp, revision: 2 } }
        const change = { conversation, turns: [], rewritten: [changed] }
        expect(await store.append({ expectedRevision: 5, ...change })).toBe('conflict')
        expect(await store.turn('a', 'c1', 'turn_2')).toEqual(node(2, 'turn_1'))
        expect(await store.append({ expectedRevision: 1, ...change })).toBe('stored')
        expect(await store.turn('a', 'c1', 'turn_2')).toEqual(changed)
        expect(await store.item('a', 'c1', 'msg_2')).toBeUndefined()
        expect(await store.item('a', 'c1', 'answer_2')).toBeDefined()
        expect((await store.outline('a', 'c1', 1))[0]).toEqual(outlineOf(changed))
        expect(ids(await store.path('a', 'c1', { to: 'turn_4', max: 3 }))).toEqual([
          'turn_1',
          'turn_2',
          'turn_4',
        ])
      }))

    it('takes an epoch and a plan with the end of a turn', () =>
      run(async (store) => {
        const running = turnOf('c1', 1)
        const plan = forgottenPlan(running)
        const conversation = withTurns(conversationAt(0), [running])
        const change = { expectedRevision: null, conversation, turns: [running] }
        await store.append({ ...change, plan })
        const epoch = { ...conversation.ccp.epoch, n: 2, head_hash: 'other' }
        const made = { ...plan, model: 'the one that answered' }
        expect(await store.finish('a', { turn: ended(running), epoch, plan: made })).toBe('stored')
        expect((await store.conversation('a', 'c1'))?.ccp).toEqual({ ...conversation.ccp, epoch })
        expect(await store.plan('a', plan.id)).toEqual(made)
        const late = { turn: ended(running), epoch: conversation.ccp.epoch, plan }
        expect(await store.finish('a', late)).toBe('ended')
        expect(await store.plan('a', plan.id)).toEqual(made)
        expect((await store.conversation('a', 'c1'))?.ccp.epoch).toEqual(epoch)
      }))

    it('keeps the epoch of a turn that has ended where a change is not about it', () =>
      run(async (store) => {
        const running = turnOf('c1', 1)
        const read = withTurns(conversationAt(0), [running])
        await store.append({ expectedRevision: null, conversation: read, turns: [running] })
        const epoch = { ...read.ccp.epoch, n: 2, head_hash: 'other' }
        await store.finish('a', { turn: ended(running), epoch })
        const change = (revision: number) => ({
          expectedRevision: revision,
          conversation: {
            ...read,
            ccp: { ...read.ccp, revision: revision + 1 },
            metadata: { a: 'b' },
          },
          turns: [],
        })
        expect(await store.append({ ...change(1), keepsEpoch: true })).toBe('stored')
        const changed = await store.conversation('a', 'c1')
        expect(changed).toMatchObject({ metadata: { a: 'b' }, ccp: { revision: 2, epoch } })
        expect(await store.append(change(2))).toBe('stored')
        expect((await store.conversation('a', 'c1'))?.ccp.epoch).toEqual(read.ccp.epoch)
      }))

    it('leaves the epoch of what was selected while a turn was running', () =>
      run(async (store) => {
        const running = turnOf('c1', 1)
        const conversation = withTurns(conversationAt(0), [running])
        await store.append({ expectedRevision: null, conversation, turns: [running] })
        const { ccp } = conversation
        const selected = {
          ...conversation,
          ccp: { ...ccp, head: null, branch: 'other', revision: ccp.revision + 1 },
        }
        await store.append({ expectedRevision: ccp.revision, conversation: selected, turns: [] })
        const epoch = { ...ccp.epoch, n: 2 }
        expect(await store.finish('a', { turn: ended(running), epoch })).toBe('stored')
        expect((await store.conversation('a', 'c1'))?.ccp).toEqual(selected.ccp)
      }))

    it('replaces a plan that there is', () =>
      run(async (store) => {
        const running = turnOf('c1', 1)
        const plan = forgottenPlan(running)
        const change = { conversation: conversationAt(1), turns: [running], plan }
        await store.append({ expectedRevision: null, ...change })
        const made = { ...plan, model: 'another' }
        expect(await store.replacePlan('b', made)).toBe(false)
        expect(await store.replacePlan('a', { ...made, id: 'plan_9' })).toBe(false)
        expect(await store.replacePlan('a', made)).toBe(true)
        expect(await store.plan('a', plan.id)).toEqual(made)
        expect(await store.plan('a', 'plan_9')).toBeUndefined()
      }))
  })
}
