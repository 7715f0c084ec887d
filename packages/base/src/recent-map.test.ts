import { expect, it } from 'vitest'
import { RecentMap } from './recent-map.ts'

it('evicts what was used longest ago, also after everything was deleted', () => {
  const map = new RecentMap<number>(3)
  for (const key of ['a', 'b', 'c']) map.set(key, 1)
  map.get('a')
  map.set('d', 1)
  map.set('b', 2)
  map.set('e', 1)
  expect(['a', 'b', 'c', 'd', 'e'].map((key) => map.get(key))).toEqual([
    undefined,
    2,
    undefined,
    1,
    1,
  ])
  for (const key of ['b', 'd', 'e']) map.delete(key)
  for (const key of ['f', 'g', 'h', 'i', 'j']) map.set(key, 3)
  expect(['f', 'g', 'h', 'i', 'j'].map((key) => map.get(key))).toEqual([
    undefined,
    undefined,
    3,
    3,
    3,
  ])
  expect(map.size).toBe(3)
})

it('keeps the last ones, whatever order they are used in', () => {
  const limit = 7
  const map = new RecentMap<number>(limit)
  let recent: string[] = []
  for (let turn = 0; turn < 5000; turn += 1) {
    const key = String((turn * turn * 31 + turn * 7) % 23)
    const known = recent.includes(key)
    if (turn % 3 === 0 && known) expect(map.get(key)).toBe(Number(key))
    else if (turn % 11 === 0 && known) map.delete(key)
    else map.set(key, Number(key))
    const isDeleted = turn % 3 !== 0 && turn % 11 === 0 && known
    recent = recent.filter((one) => one !== key)
    if (!isDeleted) recent = [...recent, key].slice(-limit)
    expect(map.size).toBe(recent.length)
  }
  expect(recent.map((key) => map.get(key))).toEqual(recent.map(Number))
})
