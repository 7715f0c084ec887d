import { describe, expect, it, vi } from 'vitest'
import type { JsonObject } from '@fairlead/base'
import type { ContextStore } from '../context-store.ts'
import type { StoreMembers } from '../store-members.ts'
import { conversationAt, ended, text, turnOf } from './turns.ts'

type MemberStore = ContextStore & { readonly members: StoreMembers }

/** A store that several members open. */
interface SharedStoreUnderTest {
  readonly name: string
  /** An empty store. */
  open(): Promise<SharedStore> | SharedStore
}

interface SharedStore {
  /** Opens it as the member of that name. */
  join(member: string): Promise<ContextStore> | ContextStore
  /** The process of a member ends without a word. Resolves when the others count it as dead. */
  die(store: ContextStore): Promise<void> | void
  /**
   * A member cannot reach the store for a moment, and is back. Resolves when what others publish
   * reaches it again.
   */
  interrupt(store: ContextStore): Promise<void> | void
  /** Closes every member that still lives. */
  close(): Promise<void> | void
}

const place = { tenant: 'a', conversation: 'c1' }
const messageBytesMax = 7 * 1024
const granted = { outcome: 'granted' }

/** What every store does that several processes share: the test of each such store runs this suite. */
export function describeStoreMembersContract(subject: SharedStoreUnderTest): void {
  const run = async (
    body: (shared: SharedStore, one: MemberStore, two: MemberStore) => Promise<void>,
  ) => {
    const shared = await subject.open()
    try {
      await body(shared, await joined(shared, 'replica-1/A'), await joined(shared, 'replica-2/B'))
    } finally {
      await shared.close()
    }
  }
  const heardBy = ({ members }: MemberStore) => {
    const heard: { readonly message: JsonObject; readonly from: string }[] = []
    members.subscribe((message, from) => heard.push({ message, from }))
    return heard
  }

  describe(`members of a ${subject.name} store`, () => {
    it('see what each has stored', () =>
      run(async (_, one, two) => {
        await begin(one, 'c1')
        expect(await two.turn('a', 'c1', 'turn_1')).toEqual(turnOf('c1', 1))
        const change = { conversation: conversationAt(2), turns: [turnOf('c1', 2)] }
        expect(await two.append({ expectedRevision: 1, ...change })).toBe('locked')
        expect(await two.finish('a', { turn: ended(turnOf('c1', 1)) })).toBe('stored')
        expect(await one.finish('a', { turn: ended(turnOf('c1', 1)) })).toBe('ended')
      }))

    it('have a place one at a time', () =>
      run(async (_, one, two) => {
        expect([one.members.self, two.members.self]).toEqual(['replica-1/A', 'replica-2/B'])
        expect(await one.members.claim(place, 'x')).toEqual(granted)
        expect(await one.members.claim(place, 'x')).toEqual(granted)
        const taken = { outcome: 'taken', member: 'replica-1/A', claim: 'x' }
        expect(await two.members.claim(place, 'y')).toEqual(taken)
        expect(await two.members.claim(place, 'x')).toEqual(taken)
        expect(await one.members.claim(place, 'z')).toEqual(taken)
        for (const other of [
          { ...place, tenant: 'b' },
          { ...place, conversation: 'c2' },
        ]) {
          expect(await two.members.claim(other, 'y')).toEqual(granted)
        }
        await two.members.release(place, 'x')
        await one.members.release(place, 'z')
        expect(await two.members.claim(place, 'y')).toEqual(taken)
        await one.members.release(place, 'x')
        expect(await two.members.claim(place, 'y')).toEqual(granted)
      }))

    it('that claim a place at one time get it once', () =>
      run(async (_, one, two) => {
        const outcomes = await Promise.all(
          Array.from({ length: 20 }, (__, number) =>
            (number % 2 === 0 ? one : two).members.claim(place, `claim ${number}`),
          ),
        )
        expect(outcomes.filter(({ outcome }) => outcome === 'granted')).toHaveLength(1)
      }))

    it('that die or are closed leave their places', () =>
      run(async (shared, one, two) => {
        const three = await joined(shared, 'replica-3/C')
        await one.members.claim(place, 'x')
        await three.members.claim({ ...place, conversation: 'c3' }, 'z')
        await shared.die(one)
        expect(await two.members.claim(place, 'y')).toEqual(granted)
        await three.close()
        expect(await two.members.claim({ ...place, conversation: 'c3' }, 'y')).toEqual(granted)
      }))

    it('hear what others publish, in order, and not themselves', () =>
      run(async (shared, one, two) => {
        const three = await joined(shared, 'replica-3/C')
        const heard = [one, two, three].map(heardBy)
        for (let number = 0; number < 50; number++)
          one.members.publish({ number, text: 'ü"\u0000' })
        two.members.publish({ last: true })
        const numbers = Array.from({ length: 50 }, (_, number) => ({
          message: { number, text: 'ü"\u0000' },
          from: 'replica-1/A',
        }))
        const last = { message: { last: true }, from: 'replica-2/B' }
        await vi.waitFor(() => {
          expect(heard[0]).toEqual([last])
          expect(heard[1]).toEqual(numbers)
          expect(heard[2]).toHaveLength(51)
        }, waiting)
        expect(heard[2]?.filter(({ from }) => from === 'replica-1/A')).toEqual(numbers)
      }))

    it('may tell so much and no more', () =>
      run(async (_, one, two) => {
        const heard = heardBy(two)
        const fitting = { text: 'x'.repeat(messageBytesMax - '{"text":""}'.length) }
        expect(() => one.members.publish({ text: `${fitting.text}x` })).toThrow(RangeError)
        one.members.publish(fitting)
        await vi.waitFor(
          () => expect(heard.map(({ message }) => message)).toEqual([fitting]),
          waiting,
        )
      }))

    it('hear no more once they have stopped listening', () =>
      run(async (_, one, two) => {
        const stopped: JsonObject[] = []
        two.members.subscribe((message) => stopped.push(message))()
        const heard = heardBy(two)
        one.members.publish({ number: 1 })
        await vi.waitFor(() => expect(heard).toHaveLength(1), waiting)
        expect(stopped).toEqual([])
      }))

    it('are told when they have been cut off, and hear again', () =>
      run(async (shared, one, two) => {
        let gaps = 0
        two.members.onGap(() => (gaps += 1))
        const heard = heardBy(two)
        await two.members.claim(place, 'y')
        await shared.interrupt(two)
        await vi.waitFor(() => expect(gaps).toBeGreaterThan(0), waiting)
        one.members.publish({ number: 1 })
        await vi.waitFor(() => expect(heard).toHaveLength(1), waiting)
        expect(await two.members.claim(place, 'y')).toEqual(granted)
        expect(await one.members.claim(place, 'x')).toMatchObject({ outcome: 'taken' })
      }))

    it('end the turns of the dead, with what was flushed, and of nobody else', () =>
      run(async (shared, one, two) => {
        await begin(one, 'c1')
        await begin(two, 'c2')
        const output = [{ type: 'message', role: 'assistant', content: text('par') }] as const
        await one.flush([{ tenant: 'a', conversation: 'c1', turn: 'turn_1', output }])
        expect([await one.recover(7), await two.recover(7)]).toEqual([0, 0])
        await shared.die(one)
        expect(await two.recover(77)).toBe(1)
        expect(await two.recover(78)).toBe(0)
        const recovered = { ...turnOf('c1', 1), status: 'incomplete', output, completed_at: 77 }
        expect(await two.turn('a', 'c1', 'turn_1')).toEqual(recovered)
        expect(await two.turn('a', 'c2', 'turn_1')).toMatchObject({ status: 'in_progress' })
      }))

    it('end the responses of the dead, and forget their answers', () =>
      run(async (shared, one, two) => {
        for (const [store, id] of [
          [one, 'r1'],
          [two, 'r2'],
        ] as const) {
          await store.responses.add(running(id))
          await store.answers.begin(made(id))
        }
        const failure = { code: 'server_error', message: 'the program ended' }
        expect(await two.responses.recover(failure, 7)).toBe(0)
        expect(await two.answers.recover()).toBe(0)
        await shared.die(one)
        expect(await two.responses.recover(failure, 7)).toBe(1)
        expect(await two.answers.recover()).toBe(1)
        const failed = { status: 'failed', error: failure, completed_at: 7 }
        expect(await two.responses.load('a', 'r1')).toMatchObject(failed)
        expect(await two.responses.load('a', 'r2')).toMatchObject({ status: 'in_progress' })
        expect(await two.answers.load('a', 'r1')).toBeUndefined()
        expect(await two.answers.load('a', 'r2')).toBeDefined()
      }))

    it('go on in another opening under their name, when the first is closed', () =>
      run(async (shared, one, two) => {
        await begin(one, 'c1')
        await one.members.claim(place, 'x')
        const next = await joined(shared, one.members.self)
        const heard = heardBy(next)
        one.members.handOver()
        await one.close()
        expect(await two.members.claim(place, 'y')).toMatchObject({ outcome: 'taken', claim: 'x' })
        expect(await two.recover(7)).toBe(0)
        expect(await next.members.claim(place, 'x')).toEqual(granted)
        two.members.publish({ number: 1 })
        await vi.waitFor(() => expect(heard).toHaveLength(1), waiting)
        await next.close()
        expect(await two.members.claim(place, 'y')).toEqual(granted)
        expect(await two.recover(7)).toBe(1)
      }))

    it('that are closed run nothing any more', () =>
      run(async (_, one, two) => {
        await begin(one, 'c1')
        await one.close()
        expect(await two.recover(7)).toBe(1)
      }))
  })
}

const waiting = { timeout: 10_000, interval: 10 }

async function joined(shared: SharedStore, name: string): Promise<MemberStore> {
  const store = await shared.join(name)
  const { members } = store
  if (members === undefined) throw new Error('a shared store has members')
  return Object.assign(store, { members })
}

async function begin(store: ContextStore, id: string): Promise<void> {
  const change = { conversation: conversationAt(1, 'a', id), turns: [turnOf(id, 1)] }
  expect(await store.append({ expectedRevision: null, ...change })).toBe('stored')
}

function running(id: string) {
  return {
    id,
    tenant: 'a',
    previous: null,
    conversation: null,
    status: 'in_progress',
    background: false,
    body: {},
    input: [],
    output: [],
    error: null,
    answered_by: null,
    created_at: 1,
    completed_at: null,
  } as const
}

function made(key: string) {
  const about = { tenant: 'a', key, id: `ans_${key}`, digest: 'd', response: null, created_at: 1 }
  return { ...about, output: [], whole: null }
}
