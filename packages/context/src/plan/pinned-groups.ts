import { groupTurns, type TurnGroup } from '../turns/group-turns.ts'
import { isUserMessage } from '../turns/item-kind.ts'
import { leftOutReason } from '../turns/turn-in-history.ts'
import type { TurnPromptSource } from './prompt-source.ts'
import type { History } from './read-history.ts'

/**
 * The groups that stand before the history because a turn of theirs is pinned, oldest first: those
 * that the selected history does not have. A turn that no user began would begin no prompt, and is
 * left out.
 */
export function pinnedGroups(
  { pinned }: Pick<TurnPromptSource, 'pinned'>,
  { closed }: Pick<History, 'closed'>,
  from: number,
): readonly TurnGroup[] {
  const earlier = groupTurns(pinned, (turn) => leftOutReason(turn, new Set()) === undefined)
  const passed = closed.slice(0, from).filter(({ turns }) => turns.some((turn) => turn.pinned))
  return [...earlier, ...passed].filter(({ turns }) => turns[0]?.input.some(isUserMessage) === true)
}
