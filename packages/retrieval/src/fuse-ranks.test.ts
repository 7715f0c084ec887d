import { describe, expect, it } from 'vitest'
import { fuseRanks } from './fuse-ranks.ts'

const list = (...ids: string[]) => ids.map((id, place) => ({ id, score: 100 - place }))
const idsOf = (lists: Parameters<typeof fuseRanks>[0]) => fuseRanks(lists).map(({ id }) => id)

describe('fused ranks', () => {
  it('put what several lists have before what one has', () => {
    expect(idsOf([list('a', 'b', 'c'), list('d', 'c', 'e')])).toEqual(['c', 'a', 'd', 'b', 'e'])
  })

  it('go by places, whatever the scores', () => {
    const keywords = [
      { id: 'a', score: 0.02 },
      { id: 'b', score: 0.01 },
    ]
    const vectors = [
      { id: 'b', score: 9000 },
      { id: 'a', score: 1 },
    ]
    expect(fuseRanks([keywords, vectors])[0]).toEqual({ id: 'a', score: 1 / 61 + 1 / 62 })
  })

  it('are those of the list where there is one, and none where there is none', () => {
    expect(idsOf([list('b', 'a')])).toEqual(['b', 'a'])
    expect(fuseRanks([])).toEqual([])
  })
})
