import { canonicalJson } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import { hasEnded } from '../stores/kept-response.ts'
import { isConversationOwner, type NewRecord } from '../stores/record-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import { CopiedSource } from './copied-source.ts'
import { ConversationWriter, isBrokenOff, type WriteOutcome } from './conversation-writer.ts'
import { copyKind, copySubjectRecords } from './copy-subject-records.ts'
import { readRecords, readStored, scannedRecords } from './read-stored.ts'
import {
  type ConversationSelection,
  isMeantRecord,
  selectConversations,
} from './select-conversations.ts'
import { isSameConversation } from './stored-part.ts'

export interface StoreMigration {
  readonly from: ContextStore
  readonly to: ContextStore
  /** What tells `from` from other stores, and the name of `to` in its conversations. */
  readonly names: { readonly from: string; readonly to: string }
  /**
   * Whether nothing in `from` has changed since the pass began, but by the end of what runs; see
   * `StoreRetention.isFrozen`.
   */
  readonly isFrozen: () => boolean
  /** Whether nothing is written. */
  readonly isDryRun: boolean
  readonly selection: ConversationSelection
  /** Told after each conversation. */
  readonly onProgress: (state: MigrationState) => void
  readonly signal: AbortSignal
}

/** What became of conversations in one pass. */
export type MigrationState = Readonly<Record<WriteOutcome | 'running' | 'deleted', number>> & {
  /** Turns of those that were created or updated. */
  readonly turns: number
}

export interface MigrationResult extends MigrationState {
  /** Whether `to` has all that `from` has, and nothing more comes. */
  readonly isComplete: boolean
  /** Some of those that differ or are in conflict, as `tenant/id`. */
  readonly left: readonly string[]
}

const leftMax = 20

/**
 * One pass over a store: brings what another has of it to the same state, and deletes there what was
 * deleted here since an earlier pass. A conversation in which a turn runs waits for the next pass. One
 * that has gone on in `to` is left alone. Where an older backup took the place of `from`, what is gone
 * there stays in `to`, and is named once. May be broken off at any time, and made again. Rejects when a
 * store is unavailable.
 */
export async function migrateStore(migration: StoreMigration): Promise<MigrationResult> {
  const pass = new MigrationPass(migration)
  await pass.begin()
  for await (const listed of selectConversations(migration.from, migration.selection)) {
    migration.signal.throwIfAborted()
    await pass.take(listed)
  }
  return pass.end()
}

class MigrationPass {
  readonly #migration: StoreMigration
  readonly #writer: ConversationWriter
  readonly #source: CopiedSource
  readonly #left: string[] = []
  /** Whether what is gone in `from` was deleted there. */
  #mayRemove = false
  /** Of the subject of the conversation that is copied, before it was read. */
  #erasures = 0
  readonly #state = {
    created: 0,
    updated: 0,
    there: 0,
    differs: 0,
    conflict: 0,
    running: 0,
    deleted: 0,
    turns: 0,
  }

  constructor(migration: StoreMigration) {
    this.#migration = migration
    this.#source = new CopiedSource(migration)
    this.#writer = new ConversationWriter({
      store: migration.to,
      storeName: migration.names.to,
      mayUpdate: (there, coming) => this.#follows(there, coming),
      erasuresOf: async () => this.#erasures,
    })
  }

  async begin(): Promise<void> {
    if (this.#migration.isDryRun) return
    this.#mayRemove = await this.#source.isTheSame()
    if (this.#mayRemove) await this.#source.count()
  }

  async take({ id, ccp: { subject, tenant } }: Conversation): Promise<void> {
    const { from, onProgress, to } = this.#migration
    this.#erasures = subject === null ? 0 : (await to.erasures(tenant, subject)).count
    // What was listed may have changed since.
    const basis = await from.basis(tenant, id, { pathMax: 0 })
    if (basis !== undefined) {
      const { conversation } = basis
      const outcome = basis.running === undefined ? await this.#copy(conversation) : 'running'
      this.#state[outcome] += 1
      if (outcome === 'created' || outcome === 'updated') {
        this.#state.turns += conversation.ccp.turns
      }
      const isLeft = outcome === 'differs' || outcome === 'conflict'
      if (isLeft && this.#left.length < leftMax) this.#left.push(`${tenant}/${id}`)
    }
    onProgress(this.#state)
  }

  async end(): Promise<MigrationResult> {
    const { isDryRun, isFrozen, selection } = this.#migration
    const { conversations = [], subject, tenant } = selection
    const isAll = (subject ?? tenant ?? conversations[0]) === undefined
    if (!isDryRun) {
      await this.#refuseLoss()
      await this.#copySubjectRecords()
      // What a selection leaves out is not looked for, and so not known to be gone.
      if (isAll) await this.#deleteWhatIsGone()
      // A selection leaves some of what is gone to be named.
      if (isAll || this.#mayRemove) await this.#source.count()
    }
    const { conflict, differs, running } = this.#state
    const isComplete = isFrozen() && !isDryRun && isAll && conflict + differs + running === 0
    if (isComplete) {
      await this.#forgetCopies()
      await this.#source.forget()
    }
    return { ...this.#state, isComplete, left: this.#left }
  }

  async #copy(conversation: Conversation): Promise<WriteOutcome | 'running'> {
    const { from, to, isDryRun } = this.#migration
    const there = await to.conversation(conversation.ccp.tenant, conversation.id)
    if (there !== undefined && isSameConversation(there, conversation)) {
      if (!isDryRun) {
        await this.#copyRecords(conversation)
        await this.#removeGoneResponses(conversation)
      }
      return 'there'
    }
    if (isDryRun) {
      if (there === undefined || isBrokenOff(there)) return 'created'
      return (await this.#follows(there, conversation)) ? 'updated' : 'differs'
    }
    let outcome: WriteOutcome = 'conflict'
    const responses = new Set<string>()
    for await (const part of readStored(from, conversation)) {
      if (part.object === 'stored.turn' && part.turn.response !== null) {
        responses.add(part.turn.response)
      }
      if (part.object === 'stored.response') responses.delete(part.response.id)
      // Without its end, it is gone on with in the next pass.
      if (part.object === 'stored.end' && (await this.#isRunning(part.tenant, responses))) {
        return 'running'
      }
      outcome = (await this.#writer.write(part)) ?? outcome
      if (part.object === 'stored.end' && !isLeftAlone(outcome)) await this.#mark(conversation)
      if (part.object === 'stored.end' && isLeftAlone(outcome)) break
    }
    if (!isLeftAlone(outcome)) {
      await this.#removeGoneRecords(conversation)
      await this.#removeResponses(conversation.ccp.tenant, responses)
    }
    return outcome
  }

  /**
   * Responses that were deleted by themselves, of a conversation that is the same in both. Looked for
   * only when nothing changes any more: all turns are read for it.
   */
  async #removeGoneResponses(conversation: Conversation): Promise<void> {
    const { from, isFrozen } = this.#migration
    if (!this.#mayRemove || !isFrozen()) return
    const gone = new Set<string>()
    for await (const part of readStored(from, conversation)) {
      if (part.object === 'stored.turn' && part.turn.response !== null) gone.add(part.turn.response)
      if (part.object === 'stored.response') gone.delete(part.response.id)
      if (part.object === 'stored.end') break
    }
    await this.#removeResponses(conversation.ccp.tenant, gone)
  }

  async #removeResponses(tenant: string, gone: ReadonlySet<string>): Promise<void> {
    const { from, to } = this.#migration
    if (!this.#mayRemove) return
    for (const id of gone) {
      if ((await from.responses.load(tenant, id)) === undefined)
        await to.responses.remove(tenant, id)
    }
  }

  /** Whether one of the responses has not ended, as it may not have when its turn has. */
  async #isRunning(tenant: string, ids: ReadonlySet<string>): Promise<boolean> {
    for (const id of ids) {
      const response = await this.#migration.from.responses.load(tenant, id)
      if (response !== undefined && !hasEnded(response.status)) return true
    }
    return false
  }

  /** Whether what is there is an earlier state of what comes. */
  async #follows(there: Conversation, { ccp, id }: Conversation): Promise<boolean> {
    if (there.ccp.revision > ccp.revision) return false
    const ends = [there.ccp.head, ...Object.values(there.ccp.branches)]
    for (const end of ends) {
      if (end !== null && (await this.#migration.from.turn(ccp.tenant, id, end)) === undefined) {
        return false
      }
    }
    return true
  }

  /** Summaries are made beside a conversation, which stays as it is. */
  async #copyRecords(conversation: Conversation): Promise<void> {
    const { from } = this.#migration
    await this.#writer.write({ object: 'stored.conversation', conversation })
    for await (const part of readRecords(from, conversation)) await this.#writer.write(part)
    await this.#removeGoneRecords(conversation)
  }

  /** A summary that was deleted, because it told of a deleted item, goes here too. */
  async #removeGoneRecords(conversation: Conversation): Promise<void> {
    const { from, to } = this.#migration
    if (!this.#mayRemove) return
    const gone: NewRecord[] = []
    for await (const { record } of readRecords(to, conversation)) {
      if ((await from.records.load(record)) === undefined) gone.push(record)
    }
    for (const record of gone) await to.records.remove(record)
  }

  async #copySubjectRecords(): Promise<void> {
    const { from, names, selection, to } = this.#migration
    const left = await copySubjectRecords(
      { from, to, source: names.from, mayRemove: this.#mayRemove },
      (record) => isMeantRecord(record, selection),
    )
    this.#state.differs += left.length
    this.#left.push(...left.slice(0, leftMax - this.#left.length))
  }

  async #mark({ id: owner, ccp: { revision, tenant } }: Conversation): Promise<void> {
    const { names, to } = this.#migration
    const record: NewRecord = {
      kind: copyKind,
      tenant,
      owner,
      id: 'conversation',
      body: { source: names.from, revision },
      expiresAtMs: null,
    }
    const there = await to.records.load(record)
    if (canonicalJson(there?.body) === canonicalJson(record.body)) return
    await to.records.put(record, there?.version ?? null)
  }

  /** A store that has nothing any more has rather lost its data than had all of it deleted. */
  async #refuseLoss(): Promise<void> {
    const { from, names, to } = this.#migration
    if ((await from.tenants()).length > 0) return
    for await (const { body, owner, tenant } of scannedRecords(to.records, copyKind)) {
      if (!isConversationOwner(owner) || body['source'] !== names.from) continue
      if ((await to.conversation(tenant, owner)) !== undefined) throw lostSource(names)
    }
  }

  /**
   * What was copied and is gone since, by erasure or in time, goes here too. What an older backup does
   * not have stays, as what is here alone.
   */
  async #deleteWhatIsGone(): Promise<void> {
    const { from, names, signal, to } = this.#migration
    for await (const mark of scannedRecords(to.records, copyKind)) {
      signal.throwIfAborted()
      const { body, owner, tenant } = mark
      if (!isConversationOwner(owner) || body['source'] !== names.from) continue
      if ((await from.conversation(tenant, owner)) !== undefined) continue
      const there = await to.conversation(tenant, owner)
      if (there === undefined || there.ccp.revision !== body['revision']) continue
      if (this.#mayRemove) {
        await this.#remove(there)
        this.#state.deleted += 1
      } else {
        await to.records.remove(mark)
        this.#state.differs += 1
        if (this.#left.length < leftMax) this.#left.push(`${tenant}/${owner}`)
      }
    }
  }

  async #remove(there: Conversation): Promise<void> {
    const { to } = this.#migration
    const { id, ccp } = there
    if (ccp.retention.legal_hold) {
      // It was lifted where the conversation was deleted.
      const retention = { ...ccp.retention, legal_hold: false }
      const conversation = { ...there, ccp: { ...ccp, retention } }
      await to.append({ expectedRevision: ccp.revision, conversation, turns: [] })
    }
    await to.remove(ccp.tenant, id)
  }

  /** From now on, what is deleted in the one store stays in the other. */
  async #forgetCopies(): Promise<void> {
    const { names, to } = this.#migration
    for await (const record of scannedRecords(to.records, copyKind)) {
      if (record.body['source'] === names.from) await to.records.remove(record)
    }
  }
}

function lostSource({ from, to }: StoreMigration['names']): Error {
  return new Error(
    `${from} has no conversations any more, though some were copied from it to ${to}: nothing is deleted there. If it is right that all are gone, delete the copies in ${to}`,
  )
}

function isLeftAlone(outcome: WriteOutcome): boolean {
  return outcome === 'differs' || outcome === 'conflict'
}
