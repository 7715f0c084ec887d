import type { TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Clock } from '@fairlead/base'
import type { NewId } from '../turns/ulid.ts'
import { exportConversation, type ExportRequest } from './export-conversation.ts'
import { importConversation, type ImportRequest } from './import-conversation.ts'

interface ArchiveOptions {
  /** With a deadline on every operation. */
  readonly store: TurnStore
  readonly storeName: string
  readonly clock: Pick<Clock, 'monotonicMs' | 'now'>
  readonly newId: NewId
}

/** Conversations on their way out of a store and into one. */
export class ConversationArchive {
  readonly #options: ArchiveOptions

  constructor(options: ArchiveOptions) {
    this.#options = options
  }

  /** As `exportConversation`. */
  export(request: ExportRequest): Promise<AsyncGenerator<readonly object[]>> {
    return exportConversation(this.#options.store, request)
  }

  /** As `importConversation`. */
  import(request: ImportRequest): Promise<Conversation> {
    const { clock, newId, store, storeName } = this.#options
    return importConversation(request, { store, storeName, newId, nowMs: clock.now(), clock })
  }
}
