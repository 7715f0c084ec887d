import type { Logger } from '@fairlead/base'
import type { SummaryWork } from '../plan/context-plan.ts'
import type { KeptRecord, NewRecord, RecordStore } from '../stores/record-store.ts'
import {
  type DeletionMark,
  deletionId,
  type KeptSummary,
  readSummary,
  type SummaryAttempt,
  summaryKind,
} from '../summaries/summary-record.ts'
import { conversationLocked } from './conversation-errors.ts'

/** As many summaries of a conversation are kept: those of the newest turns, on whatever branch. */
const summariesMax = 32

/** Whoever deletes an item has given up after so long; what is left of it is then anybody's to finish. */
const deletionMs = 60_000

/** How often a mark is written when others write it, too. */
const markAttempts = 5

/** The summaries of a conversation as they are kept at one moment. */
export interface ShelvedSummaries {
  /** Those of the newest turns first. */
  readonly ready: readonly KeptSummary[]
  /** By the id of the record. */
  readonly attempts: ReadonlyMap<string, SummaryAttempt>
  readonly versions: ReadonlyMap<string, number>
  /** What is being deleted of the conversation: summaries that may tell of it are not among the others. */
  readonly deletions: readonly DeletionMark[]
  /** Whether the records could be read. */
  readonly isKnown: boolean
}

/** The conversation that summaries are of. */
interface SummaryOwner {
  readonly tenant: string
  readonly conversation: string
}

/** Where something else is kept that was made of the texts of turns. */
interface MadeOfTurns {
  removeTurns(tenant: string, conversation: string, seqs: readonly number[]): Promise<void>
}

/** Of a conversation that has none. */
export const noSummaries: ShelvedSummaries = {
  ready: [],
  attempts: new Map(),
  versions: new Map(),
  deletions: [],
  isKnown: true,
}

/** Keeps the summaries of conversations as records, and no more than `summariesMax` of each. */
export class SummaryShelf {
  readonly #records: RecordStore
  readonly #logger: Logger
  readonly #madeOfTurns: readonly MadeOfTurns[]

  /** The records with a deadline on every operation. */
  constructor(records: RecordStore, logger: Logger, madeOfTurns: readonly MadeOfTurns[]) {
    this.#records = records
    this.#logger = logger
    this.#madeOfTurns = madeOfTurns
  }

  /** Never rejects: without its summaries, a conversation goes on with what its epoch has. */
  async read(tenant: string, conversation: string): Promise<ShelvedSummaries> {
    try {
      return sorted(await this.#all(tenant, conversation))
    } catch (error) {
      this.#logger.warn(
        { err: error, conversation },
        'the summaries of a conversation were not read',
      )
      return { ...noSummaries, isKnown: false }
    }
  }

  /** False where somebody else was first, or the conversation is gone. */
  put(
    owner: SummaryOwner,
    id: string,
    body: NewRecord['body'],
    expectedVersion: number | null,
  ): Promise<boolean> {
    const { conversation, tenant } = owner
    const record = { tenant, kind: summaryKind, owner: conversation, id, body, expiresAtMs: null }
    return this.#records.put(record, expectedVersion)
  }

  remove(tenant: string, conversation: string, id: string): Promise<boolean> {
    return this.#records.remove({ tenant, kind: summaryKind, owner: conversation, id })
  }

  /**
   * Before an item is deleted: deletes what was made of the turns that have it, and the summaries that
   * may tell of it, and has none made until `endDeletion`. Whatever fails after it, they are not used
   * again. Throws a ModelError 400 `conversation_locked` where others delete it all the time.
   */
  async beginDeletion(
    owner: SummaryOwner,
    {
      item,
      nowMs,
      seqs,
    }: { readonly item: string; readonly nowMs: number; readonly seqs: readonly number[] },
  ): Promise<void> {
    await this.#removeTold(
      owner,
      await this.#mark(owner, { item, seqs, untilMs: nowMs + deletionMs }),
    )
  }

  /** After an item has been deleted; for one whose deletion was not begun, nothing. */
  async endDeletion(owner: SummaryOwner, item: string): Promise<void> {
    const { conversation, tenant } = owner
    const { deletions } = sorted(await this.#all(tenant, conversation))
    const mark = deletions.find((one) => one.item === item)
    if (mark === undefined) return
    // What was begun before and made since may tell of it.
    await this.#removeTold(owner, mark)
    await this.remove(tenant, conversation, deletionId(item))
  }

  /** Says what is deleted, and, where that has been begun before, that it goes on. */
  async #mark(
    owner: SummaryOwner,
    {
      item,
      seqs,
      untilMs,
    }: { readonly item: string; readonly seqs: readonly number[]; readonly untilMs: number },
  ): Promise<DeletionMark> {
    const { conversation, tenant } = owner
    const id = deletionId(item)
    for (let attempt = 0; attempt < markAttempts; attempt += 1) {
      const key = { tenant, kind: summaryKind, owner: conversation, id }
      const there = await this.#records.load(key)
      const before = there === undefined ? undefined : readSummary(there.body)
      const known = before?.state === 'deleting' ? before : undefined
      const all = [...new Set([...(known?.seqs ?? []), ...seqs])]
      const mark: DeletionMark = {
        state: 'deleting',
        item,
        from_seq: Math.min(known?.from_seq ?? Infinity, ...all),
        seqs: all,
        until_ms: Math.max(known?.until_ms ?? 0, untilMs),
      }
      if (await this.put(owner, id, { ...mark }, there?.version ?? null)) return mark
    }
    throw conversationLocked(conversation, 1)
  }

  async #removeTold(
    { conversation, tenant }: SummaryOwner,
    { from_seq: fromSeq, seqs }: DeletionMark,
  ): Promise<void> {
    await this.#removeFrom(tenant, conversation, fromSeq)
    for (const one of this.#madeOfTurns) await one.removeTurns(tenant, conversation, seqs)
  }

  /** Ends the deletions that nobody goes on with. Never rejects: what is left is left to a later call. */
  async endAbandoned(
    owner: SummaryOwner,
    { deletions }: Pick<ShelvedSummaries, 'deletions'>,
    nowMs: number,
  ): Promise<void> {
    try {
      for (const { item, until_ms: untilMs } of deletions) {
        if (untilMs <= nowMs) await this.endDeletion(owner, item)
      }
    } catch (error) {
      const { conversation } = owner
      this.#logger.warn({ err: error, conversation }, 'a deletion of summaries was not ended')
    }
  }

  async #removeFrom(tenant: string, conversation: string, seq: number): Promise<void> {
    for (const { body, id } of await this.#all(tenant, conversation)) {
      const kept = readSummary(body)
      if (kept?.state === 'deleting' || (kept?.state === 'ready' && kept.to_seq < seq)) continue
      await this.remove(tenant, conversation, id)
    }
  }

  /** Deletes the oldest that are too many, and attempts that have been overtaken. `used` stays. */
  async prune(
    tenant: string,
    conversation: string,
    used: readonly (string | undefined)[],
  ): Promise<void> {
    const all = await this.#all(tenant, conversation)
    const { attempts, ready } = sorted(all)
    const [newest] = ready
    const spare = ready.slice(summariesMax).filter(({ id }) => !used.includes(id))
    const overtaken = [...attempts.keys()].filter((id) => newest !== undefined && id < newest.id)
    for (const id of [...spare.map((one) => one.id), ...overtaken]) {
      await this.remove(tenant, conversation, id)
    }
  }

  async #all(tenant: string, owner: string): Promise<readonly KeptRecord[]> {
    const all: KeptRecord[] = []
    for (;;) {
      const after = all.at(-1)?.id
      const query = { tenant, kind: summaryKind, owner, limit: 2 * summariesMax }
      const page = await this.#records.list(after === undefined ? query : { ...query, after })
      if (page.length === 0) return all
      all.push(...page)
      if (page.length < query.limit && all.length > 0) return all
    }
  }
}

/** What plans say of a summary that is wanted and not there. */
export function summaryWork(
  { attempts, isKnown }: ShelvedSummaries,
  nowMs: number,
): SummaryWork | undefined {
  if (!isKnown) return { state: 'failed', problem: 'the kept summaries could not be read' }
  const last = [...attempts.values()].at(-1)
  if (last === undefined) return undefined
  if (last.state === 'failed') return { state: 'failed', problem: last.problem }
  return last.until_ms > nowMs ? { state: 'being_made', problem: last.problem } : undefined
}

function sorted(records: readonly KeptRecord[]): ShelvedSummaries {
  const read = records.map(({ body, id, version }) => ({ id, version, kept: readSummary(body) }))
  const deletions = read.flatMap(({ kept }) => (kept?.state === 'deleting' ? [kept] : []))
  const seqMax = Math.min(...deletions.map(({ from_seq: seq }) => seq))
  const ready: KeptSummary[] = []
  const attempts = new Map<string, SummaryAttempt>()
  const versions = new Map<string, number>()
  for (const { id, kept, version } of read) {
    if (kept?.state === 'deleting' || (kept?.state === 'ready' && kept.to_seq >= seqMax)) continue
    versions.set(id, version)
    if (kept?.state === 'ready') ready.unshift(kept)
    else if (kept !== undefined) attempts.set(id, kept)
  }
  return { ready, attempts, versions, deletions, isKnown: true }
}
