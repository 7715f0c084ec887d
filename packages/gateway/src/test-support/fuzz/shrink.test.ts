import { describe, expect, it } from 'vitest'
import { bytesOf, fields, type JsonNode } from './json-node.ts'
import { shrink } from './shrink.ts'

describe('shrink', () => {
  it.each<[string, JsonNode, string, string]>([
    [
      'fields that are not needed',
      fields({ a: 1, b: fields({ c: 2, bad: 3 }) }),
      'bad',
      '{"b":{"bad":3}}',
    ],
    ['elements', [1, 2, [3, 'bad', 4], 5, 6, 7], 'bad', '[["bad"]]'],
    ['text', 'x'.repeat(100) + 'bad' + 'x'.repeat(2), 'bad', '"bad"'],
    ['depth', { depth: 4096, of: 'arrays' }, '[[[[', '[[[[0]]]]'],
    [
      'all but one of equal keys',
      {
        fields: [
          ['a', 1],
          ['a', 'bad'],
        ],
      },
      'bad',
      '{"a":"bad"}',
    ],
  ])('leaves out %s', async (_, node, bad, smallest) => {
    const shrunken = await shrink(node, (smaller) =>
      Promise.resolve(bytesOf(smaller).includes(bad)),
    )
    expect(bytesOf(shrunken).toString().slice(0, smallest.length)).toBe(smallest)
  })

  it('ends where every reduction fails to help', async () => {
    const node = fields({ a: [1, 2, 3] })
    expect(await shrink(node, () => Promise.resolve(false))).toBe(node)
  })
})
