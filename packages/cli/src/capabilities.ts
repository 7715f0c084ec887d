import { conversationStoreTypes, historyModes } from '@fairlead/context'
import { providerTypes, routingStrategies } from '@fairlead/gateway'
import type { Capabilities } from '@fairlead/snapshot'

/**
 * What this build can do, read from the lists of alternatives. Both planes are handed it, so that what
 * is served, what conditions say and what the documents list are one thing.
 */
export const capabilities: Capabilities = {
  providerTypes,
  conversationStoreTypes: conversationStoreTypes.map(({ type }) => type),
  routingStrategies: routingStrategies.map(({ type }) => type),
  historyModes,
}
