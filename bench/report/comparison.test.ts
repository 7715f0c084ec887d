import { describe, expect, it } from 'vitest'
import { comparison } from './comparison.ts'
import type { RunResult, ShapeResult } from './result.ts'

const shape = (
  name: string,
  figures: Readonly<Record<string, readonly number[]>>,
): ShapeResult => ({
  name,
  title: `the shape ${name}`,
  metrics: [{ name: 'cpu', title: 'µs' }],
  baseline: 'nginx',
  rounds: Object.entries(figures).flatMap(([row, values]) =>
    values.map((cpu, index) => ({ row, round: index + 1, figures: { cpu }, failures: 0 })),
  ),
  notes: [],
})

const run = (commit: string, ...shapes: readonly ShapeResult[]): RunResult => ({
  format: 1,
  startedAt: '2026-11-27T00:00:00.000Z',
  commit,
  machine: { cpu: 'EPYC', cpus: 2, memoryGiB: 24, kernel: '6' },
  cores: '',
  versions: {},
  arguments: [],
  seconds: 4,
  rounds: 3,
  shapes,
})

describe('comparison', () => {
  it('gives B/A with medians and spreads, also against the baseline', () => {
    const a = run('aaa', shape('small', { nginx: [10, 10, 10], fairlead: [90, 100, 110] }))
    const b = run('bbb', shape('small', { nginx: [20, 20, 20], fairlead: [100, 100, 100] }))
    expect(comparison(a, b).slice(2)).toEqual([
      '',
      'the shape small',
      '                  A     ±    B    ±   B/A  × nginx',
      '  nginx, µs      10   0 %   20  0 %  2.00',
      '  fairlead, µs  100  20 %  100  0 %  1.00     0.50',
    ])
  })

  it('names what only one run has', () => {
    const a = run('aaa', shape('small', { nginx: [1], envoy: [1] }), shape('large', {}))
    const b = run('bbb', shape('small', { nginx: [1], litellm: [1] }), shape('stream', {}))
    expect(comparison(a, b)).toEqual(
      expect.arrayContaining([
        '  only in A: envoy',
        '  only in B: litellm',
        'only in A: large',
        'only in B: stream',
      ]),
    )
  })
})
