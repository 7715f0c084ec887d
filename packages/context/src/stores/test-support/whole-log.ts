import type { Conversation } from '../../turns/conversation.ts'
import type { Turn } from '../../turns/turn.ts'
import type { TurnStore } from '../turn-store.ts'

/** A conversation and all its turns, oldest first; undefined if there is none. */
export async function wholeLog(
  store: TurnStore,
  tenant: string,
  id: string,
): Promise<{ readonly conversation: Conversation; readonly turns: readonly Turn[] } | undefined> {
  const conversation = await store.conversation(tenant, id)
  if (conversation === undefined) return undefined
  const turns: Turn[] = []
  for (;;) {
    const after = turns.at(-1)?.id
    const query = { limit: 100, order: 'asc', ...(after === undefined ? {} : { after }) } as const
    const page = await store.turnPage(tenant, id, query)
    if (page.outcome === 'found') turns.push(...page.entries)
    if (page.outcome !== 'found' || !page.hasMore) return { conversation, turns }
  }
}
