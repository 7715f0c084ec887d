import { conversationStoreTypes, historyModes } from '@fairlead/context'
import { providerTypes, routingStrategies, surfaces } from '@fairlead/gateway'
import type { Capabilities } from '@fairlead/snapshot'

/**
 * The capabilities of this build, derived from its lists of alternatives. Both planes receive them,
 * so that what is served, what conditions say and what the documentation lists agree.
 */
export const capabilities: Capabilities = {
  providerTypes,
  ownSegments: [
    ...new Set(
      surfaces.flatMap(({ routes }) => routes.map(({ path }) => path.split('/')[1] ?? '')),
    ),
  ],
  conversationStoreTypes: conversationStoreTypes.map(({ type }) => type),
  routingStrategies: routingStrategies.map(({ type }) => type),
  historyModes,
}
