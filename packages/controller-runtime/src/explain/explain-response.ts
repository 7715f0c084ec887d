import { describeCause } from '../queue/trigger.ts'
import type { Trigger } from '../queue/trigger.ts'
import type { ExplainRequest, Explanation, NextRun } from './explanation.ts'
import type { Run } from './run.ts'

export interface ExplainResponse {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/**
 * Answers `?name=web&namespace=shop&controller=website&cluster=west` for an HTTP server: JSON, or text with
 * `format=text`. 404 if no controller knows the object, 400 without a name. What it shows contains
 * names, field names and error messages: serve it only to those who may read the objects.
 */
export function explainResponse(
  query: URLSearchParams,
  explain: (asked: ExplainRequest) => readonly Explanation[],
): ExplainResponse {
  const name = query.get('name') ?? ''
  if (name === '') return text(400, 'which object? ?name=…, and &namespace=… if it has one\n')
  const namespace = query.get('namespace') ?? ''
  const controller = query.get('controller') ?? ''
  const cluster = query.get('cluster') ?? ''
  const explanations = explain({
    name,
    ...(namespace === '' ? {} : { namespace }),
    ...(controller === '' ? {} : { controller }),
    ...(cluster === '' ? {} : { cluster }),
  })
  if (query.get('format') === 'text') {
    if (explanations.length === 0) return text(404, 'no controller has met this object lately\n')
    return text(200, explanations.map(describeExplanation).join('\n'))
  }
  return {
    status: explanations.length === 0 ? 404 : 200,
    contentType: 'application/json',
    body: JSON.stringify({ items: explanations }, null, 2) + '\n',
  }
}

/** The explanation in lines for people, newest run first. */
export function describeExplanation(explanation: Explanation): string {
  const { controller, object, running, failures, next, runs } = explanation
  const failed = failures === 0 ? '' : `, failed ${failures} times since the last success`
  const lines = [
    `${controller} ${object}: ${running ? 'running' : 'not running'}${failed}`,
    next === undefined ? '  next: nothing is queued' : `  next: ${describeNext(next)}`,
    ...runs.flatMap((run) => [`  ${describeRun(run)}`, ...run.triggers.map(describeTrigger)]),
  ]
  return lines.join('\n') + '\n'
}

function describeNext({ state, dueMs, priority, triggers }: NextRun): string {
  const causes = triggers.map(describeCause).join('; ')
  return `${state}, due ${timeOf(dueMs)}, priority ${priority}, because of ${causes || 'no known cause'}`
}

function describeRun({
  startMs,
  durationMs,
  outcome,
  error,
  requeueAfterMs,
  reconcileID,
}: Run): string {
  const took = durationMs === undefined ? '' : ` after ${durationMs.toFixed(1)} ms`
  const again = requeueAfterMs === undefined ? '' : `, again after ${requeueAfterMs} ms`
  const why = error === undefined ? '' : `: ${error}`
  return `${timeOf(startMs)} ${outcome}${took}${again} (${reconcileID})${why}`
}

function describeTrigger(trigger: Trigger): string {
  return `    ${timeOf(trigger.atMs)} ${describeCause(trigger)}`
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}

function text(status: number, body: string): ExplainResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body }
}
