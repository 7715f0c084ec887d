import { describe, expect, it } from 'vitest'
import { runRounds } from './leadership/run-rounds.ts'
import { troubles } from './leadership/troubles.ts'
import { WriteHistory } from './leadership/write-history.ts'

/*
 * What `npm run test:leadership` does for hours, for a few rounds: those in which a leader that was
 * deposed has a write to send. FAIRLEAD_LEADERSHIP_ROUNDS runs more.
 */
const names = ['computes without an end in sight', 'computes for longer than the renew deadline']
const rounds = Number(process.env['FAIRLEAD_LEADERSHIP_ROUNDS'] ?? names.length)

describe('several replicas of an operator', () => {
  it('never store a write of a deposed leader after the first of the next', async () => {
    const { violations, surprises, writes } = await runRounds({
      rounds,
      replicas: 2,
      seed: 1,
      troubles: troubles.filter(({ name }) => names.includes(name)),
    })
    expect(violations).toEqual([])
    expect(surprises).toEqual([])
    expect(writes).toBeGreaterThan(10)
  }, 120_000)

  it('are caught if they do', () => {
    const history = new WriteHistory()
    for (const writer of ['a', 'a', 'b', 'a', 'b']) history.add(writer)
    expect(history.violations).toEqual([
      'write 4: a wrote after b had begun',
      'write 5: b wrote after a had begun',
    ])
  })
})
