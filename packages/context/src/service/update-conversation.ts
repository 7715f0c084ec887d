import type { Conversation } from '../turns/conversation.ts'
import type { ConversationEdit } from './change-conversation.ts'
import type { ConversationUpdate } from './conversations.ts'
import { checkMetadata, checkRetention, checkVariables } from './validate-conversation.ts'

/** What an update changes of a conversation. Throws a ModelError 400 for wrong values. */
export function updateOf(
  { ccp }: Conversation,
  { metadata, retention, variables }: ConversationUpdate,
  nowSeconds: number,
): ConversationEdit {
  if (metadata !== undefined) checkMetadata(metadata)
  const merged = variables === undefined ? ccp.variables : withVariables(ccp.variables, variables)
  checkVariables(merged)
  const kept = { ...ccp.retention, ...retention }
  // What is held may be past its time: lifting the hold must not be refused for that.
  if (retention?.expires_at !== undefined) checkRetention(kept, nowSeconds)
  return {
    ...(metadata === undefined ? {} : { metadata }),
    ccp: { variables: merged, retention: kept },
  }
}

function withVariables(
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null>>,
): Readonly<Record<string, string>> {
  const after = new Map<string, string>(Object.entries(before))
  for (const [name, value] of Object.entries(change)) {
    if (value === null) after.delete(name)
    else after.set(name, value)
  }
  return Object.fromEntries(after)
}
