import { describe, expect, it } from 'vitest'
import { ratioTable } from './ratio-table.ts'
import type { Round, ShapeResult } from './result.ts'

const round = (row: string, number: number, cpu: number, failures = 0): Round => ({
  row,
  round: number,
  figures: { cpu, ...(row === 'fairlead' ? {} : { rate: 1000 * number }) },
  failures,
})

const shape: ShapeResult = {
  name: 'small',
  title: '1 KB',
  metrics: [
    { name: 'cpu', title: 'µs CPU', digits: 1 },
    { name: 'rate', title: 'requests/s', isBetterHigher: true },
  ],
  baseline: 'nginx',
  rounds: [
    round('nginx', 1, 12),
    round('fairlead', 1, 60, 3),
    round('nginx', 2, 10),
    round('fairlead', 2, 30),
    round('nginx', 3, 11),
    round('fairlead', 3, 33),
  ],
  notes: ['envoy is left out'],
}

describe('ratioTable', () => {
  it('shows medians, best rounds, ratios to the baseline, failures and notes', () => {
    expect(ratioTable(shape)).toEqual([
      '1 KB',
      '                 µs CPU   requests/s      × nginx  failed',
      '  nginx     11.0 (10.0)  2000 (3000)  1.00 (1.00)',
      '  fairlead  33.0 (30.0)            –  3.00 (3.00)       3',
      '  envoy is left out',
    ])
  })

  it('shows no ratios when the baseline was not measured', () => {
    const rounds = shape.rounds.filter(({ row }) => row === 'fairlead').slice(1)
    expect(ratioTable({ ...shape, rounds, notes: [] })).toEqual([
      '1 KB',
      '                 µs CPU  requests/s',
      '  fairlead  31.5 (30.0)           –',
    ])
  })
})
