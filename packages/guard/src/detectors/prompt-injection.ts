import { openByReach, type Probe, type Span } from '../probe.ts'
import { mediumRules, strongRules, weakRules } from './injection-rules.ts'
import { foldLookalikes } from './lookalikes.ts'

/** How little is enough. */
export type Sensitivity = 'Low' | 'Medium' | 'High'

const reach = 320
const encodedMost = 240

const encoded = new RegExp(`(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{24,${encodedMost}}={0,2}`, 'g')

/**
 * Attempts to give a model other orders than its own: by rules, each of which is enough, in English and
 * fourteen other languages; also in lookalike letters, in parted words and in Base64.
 */
export function promptInjection(sensitivity: Sensitivity): readonly Probe[] {
  const rules = {
    Low: strongRules,
    Medium: [...strongRules, ...mediumRules],
    High: [...strongRules, ...mediumRules, ...weakRules],
  }[sensitivity]
  // One by one they are faster than as one expression.
  const expressions = rules.map((rule) => {
    const flags = rule.includes(String.raw`\p{`) ? 'giu' : 'gi'
    return new RegExp(foldLookalikes(rule), flags)
  })
  const fold = foldingOnce()
  const isAttempt = (text: string): boolean => {
    const folded = foldLookalikes(text)
    return expressions.some((expression) => spanOf(expression, folded, 0) !== undefined)
  }
  return [
    ...expressions.map((expression) =>
      probeOf((text, from) => spanOf(expression, fold(text), from)),
    ),
    probeOf((text, from) => encodedSpan(text, from, isAttempt)),
  ]
}

/** All rules read the same text, again behind each finding. */
function foldingOnce(): (text: string) => string {
  let last = ''
  let folded = ''
  return (text) => {
    if (text !== last) folded = foldLookalikes(text)
    last = text
    return folded
  }
}

function probeOf(next: Probe['next']): Probe {
  return { detector: 'PromptInjection', reach, openFrom: openByReach(reach), next }
}

function spanOf(expression: RegExp, text: string, from: number): Span | undefined {
  expression.lastIndex = from
  const match = expression.exec(text)
  if (match === null) return undefined
  return { start: match.index, end: match.index + match[0].length }
}

/** Of what is longer, the beginning is read. */
function encodedSpan(
  text: string,
  from: number,
  isAttempt: (text: string) => boolean,
): Span | undefined {
  const runs = new RegExp(encoded)
  runs.lastIndex = from
  for (let match = runs.exec(text); match !== null; match = runs.exec(text)) {
    const [run] = match
    if (isAttempt(decoded(run))) return { start: match.index, end: match.index + run.length }
  }
  return undefined
}

function decoded(run: string): string {
  const plain = run.replaceAll('=', '')
  return atob(plain.slice(0, plain.length - (plain.length % 4 === 1 ? 1 : 0)))
}
