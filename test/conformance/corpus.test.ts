import { describe, expect, it } from 'vitest'
import { floorOf, readFloors } from './floors.ts'
import { startPlayedServer } from './local-server.ts'
import { play } from './player.ts'
import { readExchanges } from './recordings.ts'
import { tallies } from './tally.ts'

const corpora = process.env['FAIRLEAD_CORPORA']

describe.runIf(corpora !== undefined)('what a real kube-apiserver answered', () => {
  it('is answered as often as it was before', { timeout: 180_000 }, async () => {
    const server = await startPlayedServer()
    try {
      const reached = tallies(await play(server, readExchanges(corpora ?? '')))
      const below = [...readFloors()].filter(([group, floor]) => {
        const tally = reached.get(group)
        if (tally === undefined) return true
        const { same, sameStatus } = floorOf(tally)
        return same < floor.same || sameStatus < floor.sameStatus
      })
      expect(below).toEqual([])
    } finally {
      await server.stop()
    }
  })
})
