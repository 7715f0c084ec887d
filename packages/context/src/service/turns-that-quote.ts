import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'

const turnsPerPage = 100

/**
 * The turns that quote one of some turns, without what was retrieved for them: what is deleted is
 * deleted from quotations, too. Reads what came after the first of them, a page at a time.
 */
export async function turnsThatQuote(
  store: Pick<TurnStore, 'turnPage'>,
  { ccp, id }: Conversation,
  quoted: readonly Turn[],
): Promise<readonly Turn[]> {
  const ids = new Set(quoted.map((turn) => turn.id))
  const found: Turn[] = []
  let after = quoted.toSorted((one, other) => one.seq - other.seq)[0]?.id
  while (after !== undefined) {
    const query = { limit: turnsPerPage, order: 'asc', after } as const
    const page = await store.turnPage(ccp.tenant, id, query)
    if (page.outcome !== 'found') break
    const quoting = page.entries.filter((turn) => !ids.has(turn.id) && quotesOneOf(turn, ids))
    found.push(...quoting.map(withoutQuotations))
    after = page.hasMore ? page.entries.at(-1)?.id : undefined
  }
  return found
}

function withoutQuotations(turn: Turn): Turn {
  const { retrieved: _, ...rest } = turn
  return rest
}

function quotesOneOf({ retrieved }: Turn, ids: ReadonlySet<string>): boolean {
  const { passages = [] } = retrieved ?? {}
  return passages.some(({ kind, id }) => kind === 'turn' && ids.has(id))
}
