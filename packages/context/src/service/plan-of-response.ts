import { ModelError } from '@fairlead/llm'
import type { KeptResponse } from '../stores/kept-response.ts'
import { plansPerConversation, type TurnStore } from '../stores/turn-store.ts'

/** How many turns are read at a time, and at most: older ones have no plan any more. */
const turnsPerPage = 10
const turnsMax = 200

/**
 * Id of the plan of the turn whose answer a kept response tells. Stores keep the newest plans of a
 * conversation, so only its newest turns are looked at. Throws a ModelError 404 `plan_not_found`.
 */
export async function planOfResponse(
  store: Pick<TurnStore, 'turnPage'>,
  { conversation, id, tenant }: Pick<KeptResponse, 'conversation' | 'id' | 'tenant'>,
): Promise<string> {
  let after: string | undefined
  let plans = 0
  for (let turns = 0; conversation !== null && turns < turnsMax; turns += turnsPerPage) {
    const query = { limit: turnsPerPage, order: 'desc', ...(after && { after }) } as const
    const page = await store.turnPage(tenant, conversation, query)
    if (page.outcome !== 'found') break
    for (const turn of page.entries) {
      if (turn.plan === null) continue
      if (turn.response === id) return turn.plan
      plans++
    }
    after = page.entries.at(-1)?.id
    if (!page.hasMore || plans >= plansPerConversation) break
  }
  throw new ModelError(
    'not-found',
    `Response '${id}' has no plan: it was not made in a conversation, or its plan is not kept any more.`,
    { code: 'plan_not_found' },
  )
}
