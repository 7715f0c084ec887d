import { beginsWith, PromptMemo } from '../plan/prompt-memo.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'

/** What this process knows of a conversation from its last turn. */
export interface RecentConversation {
  readonly memo: PromptMemo
  /** The end of the path that was read: turns that have ended, which do not change. */
  path: readonly Turn[]
}

interface Kept extends RecentConversation {
  readonly createdAt: number
  readonly rewrites: number
  /** Those of `path` when it was weighed last, and what they take. */
  weighed: readonly Turn[]
  bytes: number
}

const defaultBytesMax = 64 * 1024 * 1024
/** About what a turn takes beside its texts, here and in prompts. */
const turnBytes = 1200
/** About what an item takes beside its JSON. */
const itemBytes = 300
const bytesPerCharacter = 2

/**
 * The conversations that were used last, so that the next turn costs what is new in it, and reads no
 * more from the store. Bounded by bytes. What was changed meanwhile, in whatever process, is read anew.
 */
export class RecentConversations {
  readonly #bytesMax: number
  /** The least recently used comes first. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0

  constructor(bytesMax = defaultBytesMax) {
    this.#bytesMax = bytesMax
  }

  /** To be handed to `used` when the turn is planned. */
  of({ ccp, created_at: createdAt, id }: Conversation): RecentConversation {
    const kept = this.#kept.get(keyOf(ccp.tenant, id))
    if (kept?.createdAt === createdAt && kept.rewrites === ccp.rewrites) return kept
    return { memo: new PromptMemo(), path: [] }
  }

  used({ ccp, created_at: createdAt, id }: Conversation, recent: RecentConversation): void {
    const key = keyOf(ccp.tenant, id)
    const before = this.#kept.get(key)
    this.#forget(key)
    const { memo, path } = recent
    const isMore = before?.memo === memo && beginsWith(path, before.weighed)
    const known = isMore ? before : { weighed: [], bytes: turnBytes }
    const bytes = known.bytes + sizeOf(path.slice(known.weighed.length))
    const { rewrites } = ccp
    this.#kept.set(key, { memo, path, createdAt, rewrites, weighed: path, bytes })
    this.#bytes += bytes
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#bytesMax) return
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0
    this.#kept.delete(key)
  }
}

function sizeOf(turns: readonly Turn[]): number {
  let bytes = 0
  for (const { input, instructions, output, retrieved } of turns) {
    const items = instructions.length + input.length + output.length
    const characters = JSON.stringify([instructions, input, output, retrieved ?? null]).length
    bytes += characters * bytesPerCharacter + items * itemBytes + turnBytes
  }
  return bytes
}

function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id])
}
