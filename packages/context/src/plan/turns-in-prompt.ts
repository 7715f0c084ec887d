import type { Turn } from '../turns/turn.ts'
import { bytesPerFour } from './count-tokens.ts'
import { pinnedGroups } from './pinned-groups.ts'
import type { PromptSource, TurnPromptSource } from './prompt-source.ts'
import { readHistory } from './read-history.ts'
import { selectHistory } from './select-history.ts'

/**
 * The turns that a target's prompt has beside the new one, as far as estimates tell. It has fewer if
 * it turns out to be too long.
 */
export function turnsInPrompt(
  source: Omit<TurnPromptSource, 'countsFor'>,
  target: PromptSource['target'],
): readonly Turn[] {
  const history = readHistory(source)
  const counts = { count: bytesPerFour, atMost: 1 }
  const { from } = selectHistory({ ...source, target, counts }, history)
  const groups = [
    ...pinnedGroups(source, history, from),
    ...history.closed.slice(from),
    history.open,
  ]
  return groups.flatMap(({ turns }) => turns).filter(({ id }) => id !== source.current.id)
}
