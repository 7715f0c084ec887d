import type { TurnGroup } from '../turns/group-turns.ts'
import type { Turn } from '../turns/turn.ts'
import type { PrefixDigest } from './prefix-digest.ts'
import type { RenderedGroup } from './render-group.ts'

/** Turns that prompts all have, one after the other, and how they are grouped. */
interface GroupedTurns {
  readonly log: readonly Turn[]
  readonly groups: readonly TurnGroup[]
}

/** The beginning of a history as it was rendered. */
interface RenderedHistory {
  /** Whom it was rendered for, and after what. */
  readonly key: string
  readonly groups: readonly TurnGroup[]
  readonly rendered: readonly RenderedGroup[]
  /** After the last of them. */
  readonly digest: PrefixDigest
}

/**
 * What is known of the prompts of one conversation that were made last, so that the next one costs what
 * is new in it. Prompts are the same with it and without.
 */
export class PromptMemo {
  grouped: GroupedTurns = { log: [], groups: [] }
  rendered: RenderedHistory | undefined
}

/** Whether a list begins with all of another, the very same objects. */
export function beginsWith<T>(list: readonly T[], beginning: readonly T[]): boolean {
  if (beginning.length > list.length) return false
  for (let index = 0; index < beginning.length; index += 1) {
    if (beginning[index] !== list[index]) return false
  }
  return true
}
