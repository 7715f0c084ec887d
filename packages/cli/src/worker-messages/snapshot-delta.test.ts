import type { Snapshot } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { applySnapshotDelta, snapshotDelta } from './snapshot-delta.ts'

const provider = (name: string) => ({ namespace: 'default', name, models: [{ name: 'm' }] })
const route = (rule: string) => ({ rule, targets: [] })

const snapshotOf = (
  providers: readonly object[],
  routes: readonly object[],
  gateway: object = { name: 'default', defaultModel: undefined },
): Snapshot =>
  ({
    hash: `sha256:${providers.length}-${routes.length}`,
    gateway,
    providers: new Map(providers.map((one) => [`default/${(one as { name: string }).name}`, one])),
    routes,
    consumers: [],
  }) as unknown as Snapshot

/** What a worker has after two snapshots, each sent as a message. */
function received(first: Snapshot, second: Snapshot) {
  const before = applySnapshotDelta(undefined, structuredClone(snapshotDelta(undefined, first)))
  const delta = snapshotDelta(first, second)
  return { before, delta, after: applySnapshotDelta(before, structuredClone(delta)) }
}

describe('the delta of a snapshot', () => {
  const many = Array.from({ length: 1000 }, (_, index) => provider(`p${index}`))
  const rules = Array.from({ length: 10 }, (_, index) => route(`r${index}`))
  const gateway = { name: 'default', defaultModel: undefined }

  it('holds what has changed, and keeps the identity of everything else', () => {
    const first = snapshotOf(many, rules, gateway)
    const second = snapshotOf(many.with(500, provider('p500')), rules, gateway)
    const { before, delta, after } = received(first, second)
    expect(after).toEqual(second)
    expect(JSON.stringify(delta).length).toBeLessThan(300)
    expect(after.providers.get('default/p500')).not.toBe(before.providers.get('default/p500'))
    const others = [...before.providers].filter(([key]) => key !== 'default/p500')
    for (const [key, value] of others) expect(after.providers.get(key)).toBe(value)
    expect(after.routes).toBe(before.routes)
    expect(after.gateway).toBe(before.gateway)
  })

  it.each([
    ['added in the middle', rules.toSpliced(5, 0, route('new'))],
    ['removed', rules.toSpliced(3, 4)],
    ['reversed', rules.toReversed()],
    ['all gone', []],
    ['twice the same', [rules[0] ?? {}, rules[0] ?? {}]],
  ])('follows a list: %s', (_, changed) => {
    const { after, before } = received(snapshotOf([], rules), snapshotOf([], changed))
    expect(after.routes).toEqual(changed)
    for (const [index, one] of changed.entries()) {
      const place = rules.indexOf(one as ReturnType<typeof route>)
      if (place >= 0) expect(after.routes[index]).toBe(before.routes[place])
    }
  })

  it('follows the order of a map, and its keys', () => {
    const some = many.slice(0, 5)
    const changed = [provider('a'), ...some.toReversed().slice(1)]
    const { after } = received(snapshotOf(some, []), snapshotOf(changed, []))
    expect([...after.providers.keys()]).toEqual(changed.map(({ name }) => `default/${name}`))
  })

  it('is frozen all the way down, and keeps what is undefined', () => {
    const { after } = received(snapshotOf([], []), snapshotOf(many.slice(0, 1), rules))
    expect(Object.isFrozen(after)).toBe(true)
    expect(Object.isFrozen(after.providers.get('default/p0')?.models[0])).toBe(true)
    expect(Object.isFrozen(after.routes)).toBe(true)
    expect('defaultModel' in after.gateway).toBe(true)
  })
})
