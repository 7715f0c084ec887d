import type { Conversation, EpochState } from '../../turns/conversation.ts'
import { parseStored } from '../parse-stored.ts'
import { readableJson } from './stored-turn.ts'

/** A conversation as texts: the epoch changes without the rest, and scripts read the tree. */
interface StoredConversation {
  readonly conversation: string
  readonly epoch: string
  readonly tree: string
  /** Unix milliseconds; empty for none. */
  readonly expires: string
  readonly held: string
  /** `+` and the subject, or `-`. */
  readonly subject: string
}

export function storedConversation(conversation: Conversation): StoredConversation {
  const { epoch, ...ccp } = conversation.ccp
  const { head, branch, branches, pinned, retention, subject } = ccp
  const { expires_at, legal_hold } = retention
  return {
    conversation: JSON.stringify({ ...conversation, ccp }),
    epoch: JSON.stringify(epoch),
    tree: readableJson({ head, branch, branches, pinned }),
    expires: expires_at === null ? '' : String(expires_at * 1000),
    held: legal_hold ? '1' : '0',
    subject: marked(subject),
  }
}

export function readConversation(body: string, epoch: string): Conversation {
  const conversation = parseStored<Conversation>(body)
  const { ccp } = conversation
  return { ...conversation, ccp: { ...ccp, epoch: parseStored<EpochState>(epoch) } }
}

/** Tells none from an empty one. */
export function marked(text: string | null | undefined): string {
  return text === null || text === undefined ? '-' : `+${text}`
}

/** What `marked` was given. */
export function unmarked(text: string): string | null {
  return text.startsWith('+') ? text.slice(1) : null
}

/** Whether nobody may see a conversation any more, as scripts decide it. */
export function isOver(
  { run, held, expires, touched }: Readonly<Record<'run' | 'held' | 'expires' | 'touched', string>>,
  nowMs: number,
  ttlMs: number | undefined,
): boolean {
  if (run !== '' || held === '1') return false
  if (expires !== '') return nowMs >= Number(expires)
  return ttlMs !== undefined && nowMs - Number(touched) >= ttlMs
}
