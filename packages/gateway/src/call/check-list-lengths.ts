import type { JsonObject } from '@fairlead/base'
import type { Passage } from '@fairlead/llm'
import type { LLMGatewaySettings } from '@fairlead/snapshot'
import { gatewayError } from '../errors/gateway-error.ts'

/**
 * Throws `too_many_messages` or `too_many_tools` for a body with more than the gateway accepts,
 * before anything is done with them.
 */
export function checkListLengths(
  fields: JsonObject,
  { lists }: Passage,
  { maxMessages, maxTools }: LLMGatewaySettings['limits'],
): void {
  const messages = entriesIn(fields, lists.messages)
  if (messages > maxMessages) throw gatewayError.tooManyMessages(messages, maxMessages)
  const tools = entriesIn(fields, lists.tools)
  if (tools > maxTools) throw gatewayError.tooManyTools(tools, maxTools)
}

function entriesIn(fields: JsonObject, names: readonly string[]): number {
  let entries = 0
  for (const name of names) {
    const list = fields[name]
    if (Array.isArray(list)) entries += list.length
  }
  return entries
}
