import { type Conversations, isStoreUnavailable } from '@fairlead/context'
import type { AnswerRoute } from '../surface.ts'
import { conversationRoute } from './conversation-route.ts'
import { checkOwnTenant } from './own-tenant.ts'

/** The erasure of all that is kept of a subject. */
export const subjectRoutes: readonly AnswerRoute[] = [
  conversationRoute('DELETE', '/v1/subjects/{id}', async (asked) => {
    const { id: subject, request, store, tenant } = asked
    checkOwnTenant(request)
    const { clock, stores } = request.services
    const erased: StoreErasure[] = []
    for (const [name, open] of stores.all(request.runtime)) {
      erased.push({ store: name, ...(await eraseIn(open, tenant, subject)) })
    }
    return {
      id: store.responses.newItemId('receipt_'),
      object: 'ccp.erasure_receipt',
      subject,
      stores: erased,
      complete: erased.every(({ complete }) => complete),
      erased_at: Math.floor(clock.now() / 1000),
    }
  }),
]

interface StoreErasure {
  readonly store: string
  readonly complete: boolean
}

/** A store that is not available keeps what it has: the receipt must say so, and name the others. */
async function eraseIn(open: () => Promise<Conversations>, tenant: string, subject: string) {
  try {
    return await (await open()).eraseSubject(tenant, subject)
  } catch (error) {
    if (!isStoreUnavailable(error)) throw error
    return { complete: false, error: 'store_unavailable' } as const
  }
}
