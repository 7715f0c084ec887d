import { withFields } from '@fairlead/base'
import type { StoreType } from '../store-type.ts'
import { createRedisStore } from './redis-store.ts'

export const redisStoreType: StoreType = {
  type: 'Redis',
  async open({ namespace, name, server, ttlMs, member }, { clock, logger }) {
    const conversationStore = `${namespace}/${name}`
    if (server === undefined) throw new Error(`ConversationStore ${conversationStore} has no URL`)
    const { url, ca, deadlineMs, keyPrefix = 'fairlead' } = server
    const tls = ca === undefined ? {} : { tls: { ca } }
    try {
      return await createRedisStore({
        url,
        keyPrefix: `${keyPrefix}:`,
        member,
        clock,
        ttlMs,
        deadlineMs,
        logger: withFields(logger, { conversationStore }),
        ...tls,
      })
    } catch (error) {
      const said = error instanceof Error ? error.message : String(error)
      throw new Error(`ConversationStore ${conversationStore}: ${said}`, { cause: error })
    }
  },
}
