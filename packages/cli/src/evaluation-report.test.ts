import type { PromptEvaluation } from '@fairlead/api'
import { expect, it } from 'vitest'
import { evaluationReport } from './evaluation-report.ts'

const evaluation = (status: object) =>
  ({
    metadata: { name: 'greetings' },
    spec: {
      metrics: [{ name: 'alike' }, { name: 'polite' }],
      gate: { metric: 'polite', atLeast: '0.8' },
    },
    status,
  }) as unknown as PromptEvaluation

it('the results of an evaluation stand in a table, by version and metric', () => {
  const run = { phase: 'Succeeded', done: 4, total: 4, message: 'version 2, case 1: away' }
  const results = [
    {
      version: '1',
      cases: 2,
      failed: 0,
      costUSD: '0.001',
      scores: [
        { metric: 'alike', mean: 0.5 },
        { metric: 'polite', mean: 0.875 },
      ],
    },
    { version: '2', cases: 1, failed: 1, costUSD: '0', scores: [{ metric: 'alike', mean: 0.25 }] },
  ]
  expect(evaluationReport([evaluation({ run, results })])).toBe(
    [
      '',
      'Evaluation greetings: succeeded, 4 of 4 cases, gate: polite of at least 0.8',
      'VERSION   CASES   FAILED   ALIKE   POLITE   COST USD',
      '1             2        0    0.50     0.88      0.001',
      '2             2        1    0.25        -          0',
      'version 2, case 1: away',
      '',
    ].join('\n'),
  )
})

it('an evaluation that has not been run says so', () => {
  expect(evaluationReport([])).toBe('')
  expect(evaluationReport([evaluation({})])).toBe(
    '\nEvaluation greetings: not run yet, gate: polite of at least 0.8\n',
  )
})
