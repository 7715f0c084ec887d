import type { PromptEvaluation, PromptTemplate } from '@fairlead/api'
import { describe, expect, it } from 'vitest'
import { gateProblem, newlyServed } from './evaluation-gates.ts'

const template = (
  versions: readonly string[],
  rollout: readonly (readonly [string, number])[] = [],
) =>
  ({
    spec: {
      versions: versions.map((name) => ({ name })),
      rollout: rollout.map(([version, weight]) => ({ version, weight })),
    },
  }) as unknown as PromptTemplate

describe('the versions that newly receive calls', () => {
  const all = ['1', '2']
  it.each<[string, PromptTemplate, PromptTemplate, readonly string[]]>([
    ['a version in the rollout', template(all, [['2', 1]]), template(all, [['1', 1]]), ['2']],
    [
      'a weight',
      template(all, [
        ['1', 1],
        ['2', 5],
      ]),
      template(all, [
        ['1', 1],
        ['2', 0],
      ]),
      ['2'],
    ],
    [
      'more weight',
      template(all, [
        ['1', 1],
        ['2', 5],
      ]),
      template(all, [
        ['1', 1],
        ['2', 1],
      ]),
      [],
    ],
    ['a newest version without a rollout', template(all), template(['1']), ['2']],
    ['a draft', template(all, [['1', 1]]), template(['1']), []],
    [
      'going back',
      template(all, [['1', 1]]),
      template(all, [
        ['1', 1],
        ['2', 1],
      ]),
      [],
    ],
  ])('by %s', (_, after, before, versions) => {
    expect(newlyServed(after, before)).toEqual(versions)
  })
})

describe('a gate', () => {
  const evaluation = (results: readonly object[]) =>
    ({
      metadata: { name: 'quality', generation: 3 },
      spec: { versions: ['1', '2'], gate: { metric: 'close', atLeast: '0.8' } },
      status: { results },
    }) as unknown as PromptEvaluation
  const reached = (mean: number, { generation = 3, unscored = 0 } = {}) =>
    evaluation([
      {
        version: '2',
        generation,
        cases: 20,
        failed: 0,
        scores: [{ metric: 'close', mean, unscored }],
      },
    ])

  it('lets pass what has reached it', () => {
    expect(gateProblem(reached(0.8), '2')).toBeUndefined()
  })

  it.each([
    ['below it', reached(0.79), '2', 'it has reached 0.79'],
    ['without a result', evaluation([]), '2', 'has no result for it yet'],
    ['scored by other metrics', reached(1, { generation: 2 }), '2', 'has no result for it yet'],
    ['hardly scored', reached(1, { unscored: 3 }), '2', '3 of 20 answers could not be scored'],
    ['that is not evaluated', reached(1), '3', 'does not evaluate it'],
  ])('stops a version %s, and says what to do', (_, gate, version, words) => {
    const problem = gateProblem(gate, version)
    expect(problem).toContain(words)
    expect(problem).toContain('quality asks for close of at least 0.8')
    expect(problem).toMatch(/^spec\.rollout: /)
  })
})
