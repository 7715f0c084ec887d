import type { EvaluationResult, EvaluationRun } from '@fairlead/api'
import type { EvaluatedCase } from '@fairlead/gateway'
import { dollarsOf } from '@fairlead/usage'

export const messageMax = 1024

/** What a version has come to, of all of its cases. */
export function versionResult(
  version: string,
  { generation, startedAt }: Pick<EvaluationRun, 'generation' | 'startedAt'>,
  metrics: readonly string[],
  evaluated: readonly EvaluatedCase[],
): EvaluationResult {
  const failed = evaluated.filter(({ problem }) => problem !== undefined)
  const nanodollars = evaluated.reduce((sum, one) => sum + one.nanodollars, 0)
  const message = firstProblem(evaluated)
  return {
    version,
    runStartedAt: startedAt,
    generation,
    cases: evaluated.length - failed.length,
    failed: failed.length,
    scores: metrics.map((metric) => scoreOf(metric, evaluated)),
    costUSD: dollarsOf(nanodollars),
    ...(message === undefined ? {} : { message: message.slice(0, messageMax) }),
  }
}

/** A case without an answer scores 0; an answer that could not be scored does not count. */
function scoreOf(metric: string, evaluated: readonly EvaluatedCase[]) {
  let sum = 0
  let unscored = 0
  for (const { problem, scores } of evaluated) {
    if (problem !== undefined) continue
    const found = scores.find((one) => one.metric === metric)
    if (found !== undefined && 'score' in found) sum += found.score
    else unscored += 1
  }
  const counted = evaluated.length - unscored
  const mean = counted === 0 ? 0 : Math.round((sum / counted) * 10_000) / 10_000
  return { metric, mean, unscored }
}

function firstProblem(evaluated: readonly EvaluatedCase[]): string | undefined {
  for (const [index, { problem, scores }] of evaluated.entries()) {
    if (problem !== undefined) return `case ${index + 1}: ${problem}`
    for (const score of scores) {
      if ('problem' in score) return `case ${index + 1}, ${score.metric}: ${score.problem}`
    }
  }
  return undefined
}
