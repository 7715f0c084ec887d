import { expect, it } from 'vitest'
import { GenerationMap } from './generation-map.ts'

const filled = (map: GenerationMap<number>, ...keys: readonly string[]) => {
  for (const key of keys) map.set(key, 1)
  return map
}
const known = (map: GenerationMap<number>, keys: string) =>
  Array.from(keys)
    .filter((key) => map.peek(key) !== undefined)
    .join('')

it('remembers the keys that were used last, and at most twice as many', () => {
  const map = filled(new GenerationMap({ keys: 3 }), 'a', 'b', 'c', 'd', 'e', 'f')
  expect(known(map, 'abcdef')).toBe('abcdef')
  map.set('g', 1)
  expect(known(map, 'abcdefg')).toBe('defg')
})

it('remembers what is used, not what is looked at', () => {
  const map = filled(new GenerationMap({ keys: 3 }), 'a', 'b', 'c', 'd')
  expect([map.get('a'), map.peek('b')]).toEqual([1, 1])
  filled(map, 'e', 'f')
  expect(known(map, 'abcdef')).toBe('adef')
})

it('forgets more when what it has grows heavy', () => {
  const map = new GenerationMap<number>({ keys: 100, weight: 20, weightOf: (value) => value })
  for (const key of 'abcdef') map.set(key, 4)
  expect(known(map, 'abcdef')).toBe('cdef')
  map.grow(3)
  map.set('g', 1)
  expect(known(map, 'abcdefg')).toBe('efg')
})
