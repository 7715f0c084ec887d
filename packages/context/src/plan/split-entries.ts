import type { Turn } from '../turns/turn.ts'
import type { RenderedEntry } from './render-group.ts'
import type { RenderedPrompt } from './render-prompt.ts'

interface SplitEntries {
  readonly pinned: readonly RenderedEntry[]
  readonly past: readonly RenderedEntry[]
  readonly fresh: readonly RenderedEntry[]
}

/** What pinned turns and the history contributed to a prompt, and what the new turn adds. */
export function splitEntries(
  { groups, pinnedCount }: Pick<RenderedPrompt, 'groups' | 'pinnedCount'>,
  current: Turn,
): SplitEntries {
  const pinned = groups.slice(0, pinnedCount).flatMap((group) => group.entries)
  const entries = groups.slice(pinnedCount).flatMap((group) => group.entries)
  const firstNew = entries.findIndex((entry) => entry.turn === current.id)
  const split = firstNew === -1 ? entries.length : firstNew
  return { pinned, past: entries.slice(0, split), fresh: entries.slice(split) }
}
