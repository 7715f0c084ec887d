import { PromptEvaluation, PromptTemplate } from '@fairlead/api'
import { nextMoment, parseCronSchedule } from '@fairlead/kube-core'
import type { EvaluationMetric, PromptEvaluationSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { ParameterSchemas } from '../../judging/parameter-schemas.ts'
import { settingsByKey } from '../../judging/settings-by-key.ts'
import { frozenCopy } from '../../values/freeze.ts'
import { identityOf, namespaceOf } from '../../values/resource-key.ts'

type MetricSpec = PromptEvaluation['spec']['metrics'][number]

const schemas = new ParameterSchemas()

export const promptEvaluation: KindCompiler<PromptEvaluation, PromptEvaluationSettings> = {
  type: PromptEvaluation,
  references: [PromptTemplate],
  compile: compileEvaluation,
  needs: ({ prompt }) => [{ type: PromptTemplate, key: prompt }],
  contribute: (members) => ({ promptEvaluations: settingsByKey(members) }),
}

/** Whether the prompt has the versions is seen when they are run: they come and go with it. */
function compileEvaluation(
  evaluation: PromptEvaluation,
  findings: Findings,
): PromptEvaluationSettings | undefined {
  const { caseTimeout, concurrency, dataset, gate, metrics, promptRef, schedule, versions } =
    evaluation.spec
  const prompt = findings.resolve(PromptTemplate, promptRef, 'spec.promptRef')
  checkSchedule(schedule, findings)
  if (gate !== undefined && Number(gate.atLeast) > 1) {
    findings.reject(`spec.gate.atLeast: is ${gate.atLeast}, and scores are from 0 to 1`)
  }
  const caseTimeoutMs = findings.durationWithin(caseTimeout, 'spec.caseTimeout', ['1s', '10m'])
  const compiled = metrics.map((metric, index) =>
    compileMetric(metric, `spec.metrics[${index}]`, findings),
  )
  if (prompt === undefined) return undefined
  return {
    ...identityOf(evaluation),
    prompt,
    versions,
    dataset: { ...dataset.configMapRef, namespace: namespaceOf(evaluation) },
    metrics: compiled,
    schedule,
    concurrency,
    caseTimeoutMs,
  }
}

function checkSchedule(schedule: string | undefined, findings: Findings): void {
  if (schedule === undefined) return
  try {
    if (nextMoment(parseCronSchedule(schedule), 0, 'UTC') !== undefined) return
    findings.reject(`spec.schedule: ${JSON.stringify(schedule)} is at no time`)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    findings.reject(`spec.schedule: ${error.message}`)
  }
}

function compileMetric(metric: MetricSpec, path: string, findings: Findings): EvaluationMetric {
  const { model, name, rubric = '', schema, type } = metric
  switch (type) {
    case 'ExactMatch':
      return { name, type }
    case 'Likeness':
      return { name, type, model }
    case 'LLMJudge':
      return { name, type, model: model ?? '', rubric }
    case 'JSONSchema': {
      const problem = schema && schemas.errorOf(schema)
      if (problem !== undefined) {
        findings.reject(`${path}.schema: not a usable JSON Schema 2020-12: ${problem}`)
      }
      return { name, type, schema: frozenCopy(schema) }
    }
  }
}
