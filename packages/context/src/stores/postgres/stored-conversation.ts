import type { Conversation, EpochState } from '../../turns/conversation.ts'
import { withEpoch } from '../../turns/with-epoch.ts'
import { storedText, storedTextOrNull } from './stored-text.ts'
import { parseStored } from '../parse-stored.ts'

/** The columns of a conversation that a change decides. */
export function conversationForStore(conversation: Conversation) {
  const { metadata, ccp } = conversation
  const { epoch, ...rest } = ccp
  const { expires_at, legal_hold } = ccp.retention
  const branches = Object.entries(ccp.branches).map(([name, head]): [string, string] => [
    storedText(name),
    storedText(head),
  ])
  return {
    revision: ccp.revision,
    expires_ms: expires_at === null ? null : expires_at * 1000,
    legal_hold,
    subject: storedTextOrNull(ccp.subject),
    metadata: metadataPairs(metadata),
    head: storedTextOrNull(ccp.head),
    branch: storedText(ccp.branch),
    branches: Object.fromEntries(branches),
    pinned: ccp.pinned.map(storedText),
    // Apart from the rest, because the end of a turn changes it alone.
    epoch: JSON.stringify(epoch),
    body: JSON.stringify({ ...conversation, ccp: rest }),
  }
}

export function readConversation(body: unknown, epoch: unknown): Conversation {
  return withEpoch(parseStored<Conversation>(body), parseStored<EpochState>(epoch))
}

/** Metadata as a set of texts that the server can look for. */
export function metadataPairs(metadata: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(metadata).map((pair) => JSON.stringify(pair))
}
