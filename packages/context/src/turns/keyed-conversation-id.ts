import { createHash } from 'node:crypto'
import { encodeBase32 } from './ulid.ts'

/**
 * The id of the conversation that a call with an idempotency key begins: the same for the same
 * tenant and key, in the form of the ids that Fairlead assigns.
 */
export function keyedConversationId(tenant: string, key: string): string {
  const digest = createHash('sha256')
    .update(JSON.stringify([tenant, key]))
    .digest()
  return `conv_${encodeBase32(digest).slice(0, 26)}`
}
