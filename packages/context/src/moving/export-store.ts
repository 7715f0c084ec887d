import { readStored, readSubjectRecords, type ReadableStore } from './read-stored.ts'
import {
  type ConversationSelection,
  isMeantRecord,
  selectConversations,
} from './select-conversations.ts'
import type { ConversationName } from './stored-part.ts'

/** What is written at a time, in characters. */
const pieceLength = 64 * 1024

/**
 * What is kept of the conversations that are meant, as JSON lines, a piece at a time: of each its
 * `StoredPart`s, and, where no conversations are named, the records of subjects last. Goes on after a
 * conversation that is named. In plain text, also of an encrypted store.
 */
export async function* exportStore(
  store: ReadableStore,
  selection: ConversationSelection,
  after?: ConversationName,
): AsyncGenerator<string> {
  let piece = ''
  for await (const part of partsOf(store, selection, after)) {
    piece += `${JSON.stringify(part)}\n`
    if (piece.length < pieceLength) continue
    yield piece
    piece = ''
  }
  if (piece !== '') yield piece
}

async function* partsOf(
  store: ReadableStore,
  selection: ConversationSelection,
  after: ConversationName | undefined,
) {
  for await (const conversation of selectConversations(store, selection, after)) {
    yield* readStored(store, conversation)
  }
  for await (const part of readSubjectRecords(store)) {
    if (isMeantRecord(part.record, selection)) yield part
  }
}
