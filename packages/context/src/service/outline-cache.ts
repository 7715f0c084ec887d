import { outlinesPerCall } from '../stores/turn-queries.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import { TurnTree } from '../turns/turn-tree.ts'
import type { TurnOutline } from '../turns/turn-outline.ts'

interface KnownTree {
  readonly createdAt: number
  readonly rewrites: number
  readonly tree: TurnTree
  /** All turns up to this `seq` have ended: their outlines do not change. */
  settledSeq: number
  bytes: number
}

const defaultBytesMax = 64 * 1024 * 1024

/** About as many as an outline takes without its keys. */
const outlineBytes = 400
const keyBytes = 120

/**
 * The trees of the conversations that were used last, as far as bodies are compared with them. What
 * was added meanwhile, in whatever process, is asked of the store.
 */
export class OutlineCache {
  readonly #store: Pick<TurnStore, 'outline'>
  readonly #bytesMax: number
  /** The least recently used comes first. */
  readonly #known = new Map<string, KnownTree>()
  #bytes = 0

  constructor(store: Pick<TurnStore, 'outline'>, bytesMax = defaultBytesMax) {
    this.#store = store
    this.#bytesMax = bytesMax
  }

  /** The tree with every turn that the conversation has. */
  async treeOf(conversation: Conversation): Promise<TurnTree> {
    const { id, ccp } = conversation
    const key = JSON.stringify([ccp.tenant, id])
    const known = this.#known.get(key)
    this.#forget(key)
    const current = isOf(known, conversation) ? known : emptyTree(conversation)
    const isComplete = await this.#grow(current, conversation)
    // One of the same name, made at the same moment, may have taken its place.
    const found = isComplete ? current : emptyTree(conversation)
    if (!isComplete) await this.#grow(found, conversation)
    this.#keep(key, found)
    return found.tree
  }

  /** Whether the newest turn and those before it are known then. */
  async #grow(known: KnownTree, { id, ccp }: Conversation): Promise<boolean> {
    const { tree } = known
    let afterSeq = known.settledSeq
    while (afterSeq < ccp.turns) {
      const outlines = await this.#store.outline(ccp.tenant, id, afterSeq)
      if (
        outlines.some(
          ({ parent, seq }) => parent !== null && seq > 1 && isUnknown(parent, tree, outlines),
        )
      )
        return false
      tree.add(outlines)
      known.bytes += sizeOf(outlines)
      const running = outlines.find(isRunning)
      const last = outlines.at(-1)
      if (last === undefined) break
      if (running === undefined) known.settledSeq = last.seq
      else if (running.seq - 1 > known.settledSeq) known.settledSeq = running.seq - 1
      afterSeq = last.seq
      if (outlines.length < outlinesPerCall) break
    }
    return ccp.head === null || tree.get(ccp.head) !== undefined
  }

  #keep(key: string, known: KnownTree): void {
    this.#known.set(key, known)
    this.#bytes += known.bytes
    for (const oldest of this.#known.keys()) {
      if (this.#bytes <= this.#bytesMax) return
      this.#forget(oldest)
    }
  }

  #forget(key: string): void {
    this.#bytes -= this.#known.get(key)?.bytes ?? 0
    this.#known.delete(key)
  }
}

function emptyTree({ created_at: createdAt, ccp: { rewrites } }: Conversation): KnownTree {
  return { createdAt, rewrites, tree: new TurnTree(), settledSeq: 0, bytes: outlineBytes }
}

function isOf(known: KnownTree | undefined, { created_at, ccp }: Conversation): known is KnownTree {
  return (
    known !== undefined &&
    known.createdAt === created_at &&
    known.rewrites === ccp.rewrites &&
    known.settledSeq <= ccp.turns
  )
}

function isUnknown(parent: string, tree: TurnTree, outlines: readonly TurnOutline[]): boolean {
  return tree.get(parent) === undefined && !outlines.some(({ id }) => id === parent)
}

/** A turn that came to nothing counts as cut; one that runs is neither. */
function isRunning({ cut, in_history }: TurnOutline): boolean {
  return !cut && !in_history
}

function sizeOf(outlines: readonly TurnOutline[]): number {
  return outlines.reduce(
    (sum, { input, answer }) =>
      sum + outlineBytes + keyBytes * input.length + 16 * answer.beginnings.length,
    0,
  )
}
