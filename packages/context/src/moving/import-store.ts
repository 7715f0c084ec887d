import type { Clock } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import { ConversationWriter, type WritableStore } from './conversation-writer.ts'
import { PartReader } from './read-part.ts'

interface StoreImport {
  readonly store: WritableStore & Pick<ContextStore, 'erasures'>
  /** The name of the ConversationStore in its conversations. */
  readonly storeName: string
  /** The lines of an export, without their ends. */
  readonly lines: AsyncIterable<string>
  /** Whether everything is read and nothing written. */
  readonly isDryRun: boolean
  /** Told after each conversation. */
  readonly onProgress: (state: ImportState) => void
  readonly clock: Pick<Clock, 'monotonicMs'>
}

/** What has become of conversations so far. */
export interface ImportState {
  readonly created: number
  /** They were there already, as they are in the file. */
  readonly there: number
  /** They are there in another form, and stay so. */
  readonly differs: number
  readonly lines: number
}

export interface ImportResult extends ImportState {
  /** Some of those that differ, with the line at which they begin. */
  readonly left: readonly { readonly line: number; readonly conversation: string }[]
}

const leftMax = 20

/**
 * Stores exported conversations, each under its id and in its tenant. What is there already is left as
 * it is, so that the same import may be made again, also where it was broken off. What is of a subject
 * that is erased meanwhile counts as different, and is not stored. Rejects with a
 * ModelError 400 `invalid_import` that names the line; what stood before it is stored.
 */
export async function importStore({
  store,
  storeName,
  lines,
  isDryRun,
  onProgress,
  clock,
}: StoreImport): Promise<ImportResult> {
  const begunMs = clock.monotonicMs()
  const writer = new ConversationWriter({
    store,
    storeName,
    async erasuresOf(tenant, subject) {
      const { agoMs, count } = await store.erasures(tenant, subject)
      return agoMs !== null && agoMs < clock.monotonicMs() - begunMs ? 'erased' : count
    },
  })
  const reader = new PartReader()
  const left: ImportResult['left'][number][] = []
  const counts = { created: 0, there: 0, differs: 0 }
  let begun = 0
  const state = (): ImportState => ({ ...counts, lines: reader.line })
  for await (const line of lines) {
    const part = reader.read(line)
    if (part.object === 'stored.conversation') begun = reader.line
    if (isDryRun) {
      if (part.object === 'stored.end') {
        const there = await store.conversation(part.tenant, part.id)
        counts[there === undefined ? 'created' : 'there'] += 1
        onProgress(state())
      }
      continue
    }
    const outcome = await writer.write(part)
    if (outcome === undefined || part.object !== 'stored.end') continue
    const kind = outcome === 'created' || outcome === 'there' ? outcome : 'differs'
    counts[kind] += 1
    if (kind === 'differs' && left.length < leftMax) {
      left.push({ line: begun, conversation: `${part.tenant}/${part.id}` })
    }
    onProgress(state())
  }
  reader.end()
  return { ...state(), left }
}
