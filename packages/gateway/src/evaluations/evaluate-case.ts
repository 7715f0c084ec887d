import { openScope } from '@fairlead/base'
import type { EvaluationMetric, PromptEvaluationSettings } from '@fairlead/snapshot'
import type { OwnCallContext } from '../call/own-calls.ts'
import type { Services } from '../call/services.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { judgeAnswer } from './judge-answer.ts'
import { likenessByVectors } from './likeness-by-vectors.ts'
import { likenessOfWords } from './likeness-of-words.ts'
import { isExactMatch, matchesSchema } from './match-answer.ts'

/** One case that is to be tried with one version. */
export interface EvaluationCase {
  /** `namespace/name` of the PromptEvaluation. */
  readonly evaluation: string
  readonly version: string
  readonly parameters: unknown
  /** Undefined where the case names none. */
  readonly expected: unknown
}

/** What came of a case. */
export interface EvaluatedCase {
  /** Why there is no answer; undefined where there is one. */
  readonly problem: string | undefined
  /** By metric; empty without an answer. */
  readonly scores: readonly MetricScore[]
  /** What its calls have cost, as far as that is known. */
  readonly nanodollars: number
}

/** From 0 to 1, or why there is none. */
type MetricScore = { readonly metric: string } & (
  { readonly score: number } | { readonly problem: string }
)

/** An answer with all that scores may need. */
interface Answered {
  readonly text: string
  readonly case: EvaluationCase
  readonly responseSchema: Readonly<Record<string, unknown>> | undefined
}

type EvaluationServices = Pick<Services, 'clock' | 'ownCalls'>

/**
 * Has a version of a prompt answer a case by a call of the gateway itself, and scores the answer.
 * Never rejects: what goes wrong is a problem of the case, or of a metric.
 */
export async function evaluateCase(
  asked: EvaluationCase,
  runtime: Runtime,
  { clock, ownCalls }: EvaluationServices,
): Promise<EvaluatedCase> {
  const { promptEvaluations, promptTemplates } = runtime.snapshot
  const evaluation = promptEvaluations.get(asked.evaluation)
  const prompt = promptTemplates.get(evaluation?.prompt ?? '')
  const version = prompt?.versions.get(asked.version)
  if (evaluation === undefined || prompt === undefined || version === undefined) {
    return unanswered(`the prompt has no version "${asked.version}"`)
  }
  const { caseTimeoutMs: timeoutMs } = evaluation
  using scope = openScope({ parents: [], clock, timeoutMs, what: 'a case of an evaluation' })
  const on: OwnCallContext = {
    runtime,
    caller: undefined,
    purpose: 'evaluation',
    signal: scope.signal,
    timeoutMs,
  }
  const { parameters } = asked
  try {
    const request = { prompt, version: asked.version, parameters }
    const { nanodollars = 0, text } = await ownCalls.prompt(request, on)
    const format = version.responseFormat
    const responseSchema = format.type === 'JSONSchema' ? format.schema : undefined
    const scored = await scoresOf(evaluation, { text, case: asked, responseSchema }, ownCalls, on)
    return { problem: undefined, ...scored, nanodollars: nanodollars + scored.nanodollars }
  } catch (error) {
    return unanswered(error instanceof Error ? error.message : String(error))
  }
}

function unanswered(problem: string): EvaluatedCase {
  return { problem, scores: [], nanodollars: 0 }
}

async function scoresOf(
  { metrics }: PromptEvaluationSettings,
  answered: Answered,
  ownCalls: Services['ownCalls'],
  on: OwnCallContext,
): Promise<Pick<EvaluatedCase, 'scores' | 'nanodollars'>> {
  const scores: MetricScore[] = []
  let nanodollars = 0
  for (const metric of metrics) {
    try {
      const scored = await scoreOf(metric, answered, ownCalls, on)
      nanodollars += scored.nanodollars ?? 0
      scores.push({ metric: metric.name, score: scored.score })
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error)
      scores.push({ metric: metric.name, problem })
    }
  }
  return { scores, nanodollars }
}

/** Throws an Error in words for an answer that cannot be scored. */
async function scoreOf(
  metric: EvaluationMetric,
  { case: { expected, parameters }, responseSchema, text }: Answered,
  ownCalls: Services['ownCalls'],
  on: OwnCallContext,
): Promise<{ readonly score: number; readonly nanodollars?: number | undefined }> {
  switch (metric.type) {
    case 'ExactMatch':
      return { score: isExactMatch(text, required(expected)) ? 1 : 0 }
    case 'JSONSchema': {
      const schema = metric.schema ?? responseSchema
      if (schema === undefined) throw new Error('neither the metric nor the version has a schema')
      return { score: matchesSchema(text, schema) ? 1 : 0 }
    }
    case 'Likeness': {
      const wanted = textOf(required(expected))
      if (metric.model === undefined) return { score: likenessOfWords(text, wanted) }
      return {
        score: await likenessByVectors(text, wanted, ownCalls.embedder(metric.model, on), on),
      }
    }
    case 'LLMJudge':
      return judgeAnswer({ ...metric, answer: text, parameters, expected }, ownCalls, on)
  }
}

function required(expected: unknown): unknown {
  if (expected !== undefined) return expected
  throw new Error('the case has no "expected", which the metric needs')
}

function textOf(expected: unknown): string {
  return typeof expected === 'string' ? expected : JSON.stringify(expected)
}
