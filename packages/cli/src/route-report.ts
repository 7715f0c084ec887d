import type { RouteExplanation } from '@fairlead/gateway'

type ExplainedTarget = RouteExplanation['targets'][number]

/** Rules that do not match for one and the same reason are named up to this number, then counted. */
const sameReasonMax = 3

/** Without an exponent, however cheap a call is. */
const dollars = new Intl.NumberFormat('en', { maximumSignificantDigits: 3, useGrouping: false })

/** An explained route, for people. */
export function routeReport(explanation: RouteExplanation): string {
  const { consumer, error, features, input_tokens: tokens, mirror, model } = explanation
  const { refused_by: refused } = explanation
  const asks = features.length > 0 ? `, asks for ${features.join(', ')}` : ''
  return [
    `Model ${model}, about ${tokens} input tokens${asks}, as ${consumer ?? 'an anonymous caller'}`,
    ...section('Rules that do not match', rulesIn(explanation)),
    ...chosenRoute(explanation),
    ...section('Targets, in this order', explanation.targets.map(targetLine)),
    ...section(
      'Passed over',
      explanation.passed_over.map(({ target, reason }) => `${target}: ${reason}`),
    ),
    ...(mirror === null
      ? []
      : [`Mirror: ${mirror.percent} % go to ${mirror.provider} as ${mirror.model} too`]),
    ...(error === null
      ? []
      : [`The call would fail with ${error.status} ${error.code}: ${error.message}`]),
    ...(refused === null ? [] : [`It is refused by ${refused}.`]),
  ]
    .map((line) => `${line}\n`)
    .join('')
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines.map((line) => `  ${line}`)]
}

function rulesIn({ rules, more_rules: more }: RouteExplanation): readonly string[] {
  const counts = new Map<string, number>()
  const lines = rules.flatMap(({ route, reason }) => {
    const count = (counts.get(reason) ?? 0) + 1
    counts.set(reason, count)
    return count <= sameReasonMax ? [`${route}: ${reason}`] : []
  })
  const left = [...counts].filter(([, count]) => count > sameReasonMax)
  return [
    ...lines,
    ...left.map(([reason, count]) => `and ${count - sameReasonMax} more: ${reason}`),
    ...(more > 0 ? [`and ${more} more`] : []),
  ]
}

function chosenRoute({ route, sticky, strategy }: RouteExplanation): readonly string[] {
  if (route === null) return []
  const line =
    strategy === null ? `Route: ${route}, the default providers` : `Route: ${route}, ${strategy}`
  if (sticky === null) return [line]
  const by = sticky.header === undefined ? sticky.by : `${sticky.by} ${sticky.header}`
  return [
    line,
    sticky.key === null
      ? `Sticks by ${by}: the call has none, so the strategy decides`
      : `Sticks by ${by}: key ${sticky.key.slice(0, 12)}, which decides instead of the strategy`,
  ]
}

function targetLine(target: ExplainedTarget, index: number): string {
  const { adapted, available_in_ms: waitMs, in_flight: inFlight, latency_ms: latencyMs } = target
  const { quota_remaining: quota } = target
  const known = [
    `weight ${target.weight}`,
    target.health,
    ...(waitMs > 0 ? [`passed over for ${waitMs} ms more`] : []),
    `${inFlight} in flight`,
    ...(latencyMs === null ? [] : [`${latencyMs} ms`]),
    ...(quota === null ? [] : [`${Math.round(quota * 100)} % of the provider's limits left`]),
    ...(adapted === null ? [] : [`adapted: ${adapted}`]),
    ...costWords(target),
    ...catalogueWords(target),
  ]
  const { model, provider } = target
  return `${index + 1}. ${target.target}: ${model} at ${provider} (${known.join(', ')})`
}

/** What the call would cost, and by whose price. */
function costWords({ cost, price }: ExplainedTarget): readonly string[] {
  if (cost === null || price === null) return []
  return [`$${dollars.format(cost)} for this call by the price of the ${price.source}`]
}

/** What is known of the model from the catalogue alone, which the resource can correct. */
function catalogueWords({ model_facts: facts }: ExplainedTarget): readonly string[] {
  const words = (facts?.from_catalogue ?? []).map((field) => {
    if (field === 'contextWindow') return `context window ${facts?.context_window}`
    if (field === 'maxOutputTokens') return `answers up to ${facts?.max_output_tokens}`
    return `capable of ${facts?.capabilities?.join(', ')}`
  })
  return words.length === 0 ? [] : [`by the catalogue: ${words.join('; ')}`]
}
