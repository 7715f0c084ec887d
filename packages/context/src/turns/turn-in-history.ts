import type { Item } from '@fairlead/llm'
import type { LeftOutTurns, Turn } from './turn.ts'

/** Why prompts omit a stored turn. */
export type LeftOutReason = 'superseded' | 'still_running' | 'no_output' | 'not_sent'

/**
 * Why later prompts omit a turn; undefined when they may include it. The rules:
 * - completed: included unchanged;
 * - incomplete, failed or cancelled with some output: included, because the user has seen it, but
 *   only its whole parts: no reasoning (its seal covers the whole answer) and no tool call with
 *   truncated arguments;
 * - the same without output: neither question nor answer is included. The caller asks again, and
 *   the model must not see the question twice;
 * - still running, or superseded by a retry of the same call: omitted.
 */
export function leftOutReason(
  turn: Turn,
  superseded: ReadonlySet<string>,
): LeftOutReason | undefined {
  if (superseded.has(turn.id)) return 'superseded'
  if (turn.status === 'in_progress') return 'still_running'
  if (turn.status === 'completed') return undefined
  return outputInHistory(turn).length === 0 ? 'no_output' : undefined
}

/** The turns of a path whose messages the caller no longer sends, by what the newest turn says. */
export function turnsNotSent(
  path: readonly Turn[],
  leftOut: LeftOutTurns | null,
): ReadonlySet<string> {
  if (leftOut === null) return new Set()
  const first = path.findIndex(({ id }) => id === leftOut.before)
  return new Set([...path.slice(0, Math.max(0, first)).map(({ id }) => id), ...leftOut.turns])
}

/** The ids of turns that a later turn replaces. */
export function supersededTurns(turns: readonly Turn[]): ReadonlySet<string> {
  const superseded = new Set<string>()
  for (const { supersedes } of turns) if (supersedes !== null) superseded.add(supersedes)
  return superseded
}

/** The part of a turn's output that later prompts may include. */
export function outputInHistory(turn: Turn): readonly Item[] {
  return turn.status === 'completed' ? ledSomewhere(turn.output) : turn.output.filter(isWhole)
}

/**
 * An answer without reasoning that led to nothing, as where what followed was deleted: providers refuse
 * it.
 */
function ledSomewhere(output: readonly Item[]): readonly Item[] {
  if (output.at(-1)?.type !== 'reasoning') return output
  return output.slice(0, output.findLastIndex(({ type }) => type !== 'reasoning') + 1)
}

/** What later prompts may include of a turn: what was said, and the answer. */
export function itemsInHistory(turn: Turn): readonly Item[] {
  return [...turn.input, ...outputInHistory(turn)]
}

function isWhole(item: Item): boolean {
  switch (item.type) {
    case 'message':
      return item.content.some((part) => !isBlank(part))
    case 'function_call':
      return isObjectText(item.arguments)
    case 'function_call_output':
      return true
    case 'reasoning':
    case 'fairlead:native':
      return false
    default:
      return item satisfies never
  }
}

function isBlank(part: { readonly type: string; readonly text?: string }): boolean {
  return part.text !== undefined && part.text.trim() === ''
}

function isObjectText(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}
