import { type Clock, type Logger, openScope, type Timer, untilAborted } from '@fairlead/base'
import { applyExtraction, type AppliedExtraction } from '../notes/apply-extraction.ts'
import { type ExtractionRequest, extractionRequest } from '../notes/extraction-request.ts'
import { readExtraction } from '../notes/read-extraction.ts'
import { type NoteReading, readUpTo, type SubjectNotes, withRead } from '../notes/subject-notes.ts'
import { questionIn } from '../retrieval/said-in-turn.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import type { ExtractSettings } from '../strategies/memory-settings.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import type { ContextModels } from './context-models.ts'
import { isSubjectErased } from './conversation-errors.ts'
import type { TurnRequest } from './conversations.ts'
import type { NoteOwner, NotesShelf } from './notes-shelf.ts'

/** As many are asked at a time by one process, and as many conversations wait. */
const runningMax = 2
const waitingMax = 256
/** How long a model may take, and how long others wait before they read themselves. */
const callMs = 60_000
const leaseMs = 2 * callMs
/** How soon one looks again that somebody else made wait, and how often. */
const heldMs = 5000
const triesMax = 24
/** After a failure the subject is left alone for so long, and for twice as long each further time. */
const retryMs = 30_000
const retryMsMax = 3_600_000
/** As many turns are read at once; of more that came together, the newest. */
const turnsMax = 8
const answerTokensMax = 1500

/** What came of reading a conversation for notes. */
export interface NotesMade extends Omit<AppliedExtraction, 'after'> {
  /**
   * noted: notes were made, changed or deleted; nothing: there was nothing to do; invalid: the model's
   * answer was none; failed: it could not be asked; gone: what it was about was deleted meanwhile.
   */
  readonly outcome: 'noted' | 'nothing' | 'invalid' | 'failed' | 'gone'
}

interface NoteMakerOptions {
  /** With a deadline on every operation. */
  readonly store: Pick<TurnStore, 'conversation' | 'path'>
  readonly shelf: NotesShelf
  readonly newId: NewId
  readonly clock: Clock
  readonly logger: Logger
}

/** A turn that has ended. */
interface EndedTurnForNotes {
  readonly turn: Turn
  readonly conversation: Conversation
  readonly request: TurnRequest
}

interface Job extends NoteOwner {
  readonly conversation: string
  readonly turn: Pick<Turn, 'id' | 'seq'>
  readonly models: ContextModels
  readonly extract: ExtractSettings
  readonly told: (made: NotesMade) => void
  readonly tries: number
}

const nothing = { added: 0, changed: 0, removed: 0, dropped: 0 }

/**
 * Makes notes after turns have ended, while nobody waits for them. One process at a time reads for a
 * subject, and says so in its record: what is erased or deleted meanwhile, takes that with it, and nothing
 * is stored. What was read once is not read again; what could not be read is, with a later turn.
 */
export class NoteMaker {
  readonly #options: NoteMakerOptions
  /** By conversation, the oldest first. */
  readonly #waiting = new Map<string, Job>()
  /** By subject. */
  readonly #running = new Map<string, Promise<void>>()
  readonly #later = new Set<Timer>()
  readonly #end = new AbortController()

  constructor(options: NoteMakerOptions) {
    this.#options = options
  }

  /** Reads the turn for notes, if its strategy wants that. Never throws, and blocks nobody. */
  turnEnded({ conversation, request, turn }: EndedTurnForNotes): void {
    const { models, onNotesMade: told = () => {}, strategy } = request
    const { subject, tenant } = conversation.ccp
    const extract = strategy.memory?.extract
    if (extract === undefined || models === undefined || subject === null) return
    if (turn.status !== 'completed' || questionIn(turn.input) === '') return
    const { id, seq } = turn
    this.#add({
      tenant,
      subject,
      conversation: conversation.id,
      turn: { id, seq },
      models,
      extract,
      told,
      tries: 0,
    })
  }

  /** Forgets what waits to be read of a subject. */
  drop({ subject, tenant }: NoteOwner): void {
    for (const [key, job] of this.#waiting) {
      if (job.tenant === tenant && job.subject === subject) this.#waiting.delete(key)
    }
  }

  /** What is being read is given up: it is read with a later turn. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the gateway stops'))
    this.#waiting.clear()
    for (const timer of this.#later) timer.cancel()
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  #add(job: Job): void {
    const key = JSON.stringify([job.tenant, job.conversation])
    const waiting = this.#waiting.get(key)
    if (this.#end.signal.aborted || (waiting?.turn.seq ?? 0) > job.turn.seq) return
    if (waiting === undefined && this.#waiting.size >= waitingMax) return
    this.#waiting.set(key, job)
    this.#next()
  }

  #next(): void {
    for (const [key, job] of this.#waiting) {
      if (this.#running.size >= runningMax) return
      const subject = JSON.stringify([job.tenant, job.subject])
      if (this.#running.has(subject)) continue
      this.#waiting.delete(key)
      const made = this.#make(job).finally(() => {
        this.#running.delete(subject)
        this.#next()
      })
      this.#running.set(subject, made)
    }
  }

  async #make(job: Job): Promise<void> {
    try {
      const made = await this.#read(job)
      if (made === 'held') this.#again(job)
      else if (made !== undefined) job.told(made)
    } catch (error) {
      if (this.#end.signal.aborted) return
      if (isSubjectErased(error)) {
        job.told({ ...nothing, outcome: 'gone' })
        return
      }
      const { conversation } = job
      this.#options.logger.warn({ err: error, conversation }, 'no notes were made of a turn')
      job.told({ ...nothing, outcome: 'failed' })
    }
  }

  #again(job: Job): void {
    if (job.tries >= triesMax || this.#end.signal.aborted) return
    const timer = this.#options.clock.setTimer(heldMs, () => {
      this.#later.delete(timer)
      this.#add({ ...job, tries: job.tries + 1 })
    })
    this.#later.add(timer)
  }

  /** Undefined where somebody else has read it, or it is to be read with a later turn. */
  async #read(job: Job): Promise<NotesMade | 'held' | undefined> {
    const { shelf, store } = this.#options
    const { conversation: id, subject, tenant } = job
    // Known before the conversation is read, so that nothing is made of one that has been erased since.
    const erasures = await shelf.erasures(job)
    const rewrites = (await store.conversation(tenant, id))?.ccp.rewrites
    if (rewrites === undefined) return { ...nothing, outcome: 'gone' }
    const claim = await this.#claim(job, erasures)
    if (typeof claim !== 'object') return claim
    try {
      const turns = await this.#unread(job, claim.before)
      if (turns.length === 0) return await this.#store(job, claim, undefined)
      const { maxNoteTokens, maxNotes } = job.extract
      const nowMs = this.#options.clock.now()
      const limits = { maxNotes, maxNoteTokens, nowMs }
      const asked = extractionRequest(turns, claim.before.notes, limits)
      const answer = await this.#ask(job, asked)
      const now = await store.conversation(tenant, id)
      // What was deleted while it was read is in no note.
      if (now?.ccp.rewrites !== rewrites) {
        await this.#release({ subject, tenant }, claim.reading, false)
        return { ...nothing, outcome: 'gone' }
      }
      return await this.#store(job, claim, { asked, answer })
    } catch (error) {
      const isStopping = this.#end.signal.aborted
      await this.#release({ subject, tenant }, claim.reading, !isStopping)
      throw error
    }
  }

  #claim(job: Job, erasures: number): Promise<Claim | 'held' | undefined> {
    const { clock, newId, shelf } = this.#options
    const nowMs = clock.now()
    return shelf.change(
      job,
      (before): { after?: SubjectNotes; result: Claim | 'held' | undefined } => {
        const { reading } = before
        if ((readUpTo(before, job.conversation) ?? -1) >= job.turn.seq) return { result: undefined }
        if (reading !== null && reading.until_ms > nowMs) {
          return { result: reading.state === 'reading' ? 'held' : undefined }
        }
        const mine: NoteReading = {
          state: 'reading',
          token: newId('read_'),
          until_ms: nowMs + leaseMs,
          failures: reading?.failures ?? 0,
        }
        return { after: { ...before, reading: mine }, result: { before, reading: mine, erasures } }
      },
      erasures,
    )
  }

  /**
   * The turns since the last that was read; where none was, the one that has ended. Of what was said before
   * all notes were deleted, nothing is noted.
   */
  async #unread(job: Job, before: SubjectNotes): Promise<readonly Turn[]> {
    const from = readUpTo(before, job.conversation) ?? job.turn.seq - 1
    const query = { to: job.turn.id, max: turnsMax }
    const path = await this.#options.store.path(job.tenant, job.conversation, query)
    const clearedAt = before.cleared_at ?? -Infinity
    return path.filter(
      ({ created_at: at, seq, status }) => seq > from && status === 'completed' && at > clearedAt,
    )
  }

  async #ask(
    { extract: { model }, models }: Job,
    { input, instructions }: ExtractionRequest,
  ): Promise<string> {
    const { clock } = this.#options
    const parents = [this.#end.signal]
    using scope = openScope({ parents, clock, timeoutMs: callMs, what: 'notes' })
    const { signal } = scope
    const purpose = 'memory'
    const maxOutputTokens = answerTokensMax
    const request = { model, instructions, input, maxOutputTokens, purpose, signal } as const
    return (await untilAborted(models.text(request), signal)).text
  }

  /** Stores what was read, unless the claim is gone: with the subject, or with its notes. */
  #store(
    job: Job,
    { erasures, reading }: Claim,
    answered: { readonly asked: ExtractionRequest; readonly answer: string } | undefined,
  ): Promise<NotesMade> {
    const { newId, shelf } = this.#options
    const { conversation, extract, turn } = job
    const extraction = answered && readExtraction(answered.answer)
    const edit = (
      before: SubjectNotes,
      nowSeconds: number,
    ): { after?: SubjectNotes; result: NotesMade } => {
      if (before.reading?.token !== reading.token)
        return { result: { ...nothing, outcome: 'gone' } }
      const read = { ...withRead(before, conversation, turn.seq), reading: null }
      if (answered === undefined) return { after: read, result: { ...nothing, outcome: 'nothing' } }
      if (extraction === undefined) {
        return { after: read, result: { ...nothing, outcome: 'invalid' } }
      }
      const source = { type: 'conversation', conversation, turn: turn.id } as const
      const { after, ...counts } = applyExtraction(read, extraction, {
        ...extract,
        shown: answered.asked.shown,
        source,
        newId: () => newId('note_'),
        nowSeconds,
      })
      const isNoted = counts.added + counts.changed + counts.removed > 0
      return { after, result: { ...counts, outcome: isNoted ? 'noted' : 'nothing' } }
    }
    return shelf.change(job, edit, erasures)
  }

  /** Lets others read; after a failure, not at once. Never rejects: a claim that stays has an end. */
  async #release(owner: NoteOwner, { failures, token }: NoteReading, hasFailed: boolean) {
    const { clock, logger, shelf } = this.#options
    const until_ms = clock.now() + Math.min(retryMsMax, retryMs * 2 ** failures)
    const failed = { state: 'failed', token, until_ms, failures: failures + 1 } as const
    try {
      await shelf.change(owner, (before) => {
        if (before.reading?.token !== token) return { result: undefined }
        return { after: { ...before, reading: hasFailed ? failed : null }, result: undefined }
      })
    } catch (error) {
      logger.warn({ err: error }, 'the claim to make notes was not given back')
    }
  }
}

interface Claim {
  /** The subject's memory when it was claimed. */
  readonly before: SubjectNotes
  readonly reading: NoteReading
  /** The count of the subject's erasures before the conversation was read. */
  readonly erasures: number
}
