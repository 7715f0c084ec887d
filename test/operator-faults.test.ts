import { describe, expect, it } from 'vitest'
import { RequestMeter } from './operator-faults/request-meter.ts'
import { runRounds } from './operator-faults/run-rounds.ts'
import { troubles } from './operator-faults/troubles.ts'

/*
 * What `npm run test:operator-faults` does for hours, for a round of each trouble that is soon over.
 * FAIRLEAD_OPERATOR_FAULT_ROUNDS runs more.
 */
const brief = [
  'watches end',
  'watches break',
  'history compacted',
  '429',
  '500 to writes',
  'answers are lost',
  'connections are cut',
  'server restarts',
]
const rounds = Number(process.env['FAIRLEAD_OPERATOR_FAULT_ROUNDS'] ?? brief.length)

describe('an operator under faults', () => {
  it('misses nothing, reconciles no name twice at once, and asks no more than it may', async () => {
    const report = await runRounds({
      rounds,
      seed: 1,
      troubleMs: 2000,
      troubles: troubles.filter(({ name }) => brief.includes(name)),
    })
    expect(report.violations).toEqual([])
    expect(report.rounds.map(({ trouble }) => trouble)).toEqual(
      troubles.map(({ name }) => name).filter((name) => brief.includes(name)),
    )
    expect(report.rounds.every(({ reconciles }) => reconciles > 0)).toBe(true)
  }, 120_000)

  it('has its requests counted by the second in which there are most', () => {
    const meter = new RequestMeter()
    const samples = { 0: 0, 400: 10, 900: 30, 1400: 35, 2600: 50, 3600: 70 }
    for (const [atMs, count] of Object.entries(samples)) meter.sample(Number(atMs), count)
    expect(meter.mostPerSecond).toBe(30)
  })
})
