import type { Item } from '@fairlead/llm'
import { isCompaction } from '../plan/compaction.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'

const turnsPerPage = 100

/**
 * Later turns that tell what some turns said, without it: a quotation that was retrieved, or what a
 * provider compacted its prompt into, which may have any of the turns that it followed. `running`
 * where one of them is running, whose end may bring such a thing. Reads what came after the first of
 * them, a page at a time.
 */
export async function turnsThatTell(
  store: Pick<TurnStore, 'turnPage'>,
  { ccp, id }: Conversation,
  told: readonly Turn[],
): Promise<readonly Turn[] | 'running'> {
  const ids = new Set(told.map((turn) => turn.id))
  const following = new Set(ids)
  const found: Turn[] = []
  let after = told.toSorted((one, other) => one.seq - other.seq)[0]?.id
  while (after !== undefined) {
    const query = { limit: turnsPerPage, order: 'asc', after } as const
    const page = await store.turnPage(ccp.tenant, id, query)
    if (page.outcome !== 'found') break
    for (const turn of page.entries) {
      const follows = turn.parent !== null && following.has(turn.parent)
      if (follows) following.add(turn.id)
      if (ids.has(turn.id)) continue
      const quotes = quotesOneOf(turn, ids)
      if ((follows || quotes) && turn.status === 'in_progress') return 'running'
      const compacts = follows && turn.output.some(isCompaction)
      if (!quotes && !compacts) continue
      const kept = quotes ? withoutQuotations(turn) : turn
      found.push(compacts ? { ...kept, output: withoutCompactions(kept.output) } : kept)
    }
    after = page.hasMore ? page.entries.at(-1)?.id : undefined
  }
  return found
}

/** An answer without what its provider compacted its prompt into. */
export function withoutCompactions(output: readonly Item[]): readonly Item[] {
  return output.filter((item) => !isCompaction(item))
}

function withoutQuotations(turn: Turn): Turn {
  const { retrieved: _, ...rest } = turn
  return rest
}

function quotesOneOf({ retrieved }: Turn, ids: ReadonlySet<string>): boolean {
  const { passages = [] } = retrieved ?? {}
  return passages.some(({ kind, id }) => kind === 'turn' && ids.has(id))
}
