import type { PromptEvaluation } from '@fairlead/api'
import { textTable } from './text-table.ts'

type Evaluation = Pick<PromptEvaluation, 'metadata' | 'spec' | 'status'>

/** What evaluations of a prompt say of its versions, for people; empty without any. */
export function evaluationReport(evaluations: readonly Evaluation[]): string {
  return evaluations.map(reportOf).join('')
}

function reportOf({ metadata, spec, status }: Evaluation): string {
  const name = metadata.name ?? ''
  const { run, results = [] } = status ?? {}
  const gate = spec.gate && `, gate: ${spec.gate.metric} of at least ${spec.gate.atLeast}`
  const phase =
    run === undefined
      ? 'not run yet'
      : `${run.phase.toLowerCase()}, ${run.done} of ${run.total} cases`
  const head = `\nEvaluation ${name}: ${phase}${gate ?? ''}\n`
  const problem = run?.message === undefined ? '' : `${run.message}\n`
  if (results.length === 0) return `${head}${problem}`
  const metrics = spec.metrics.map((metric) => metric.name)
  const table = textTable(
    [
      { title: 'VERSION' },
      ...['CASES', 'FAILED', ...metrics.map((metric) => metric.toUpperCase()), 'COST USD'].map(
        (title) => ({ title, isNumber: true }),
      ),
    ],
    results.map(({ cases, costUSD, failed, scores, version }) => [
      version,
      String(cases + failed),
      String(failed),
      ...metrics.map((metric) => {
        const score = scores.find((one) => one.metric === metric)
        return score === undefined ? '-' : score.mean.toFixed(2)
      }),
      costUSD,
    ]),
  )
  return `${head}${table}${problem}`
}
