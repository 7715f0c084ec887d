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
  const pinned = entriesOf(groups.slice(0, pinnedCount))
  const past = entriesOf(groups.slice(pinnedCount, -1))
  // The new turn is in the last group.
  const last = pinnedCount < groups.length ? (groups.at(-1)?.entries ?? []) : []
  const firstNew = last.findIndex((entry) => entry.turn === current.id)
  const split = firstNew === -1 ? last.length : firstNew
  for (const entry of last.slice(0, split)) past.push(entry)
  return { pinned, past, fresh: last.slice(split) }
}

function entriesOf(groups: RenderedPrompt['groups']): RenderedEntry[] {
  const all: RenderedEntry[] = []
  for (const { entries } of groups) for (const entry of entries) all.push(entry)
  return all
}
