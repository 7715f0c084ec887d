import { type Clock, type JsonObject, type Logger, openScope, untilAborted } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import { bytesPerFour, itemTokens, sum } from '../plan/count-tokens.ts'
import { digest } from '../plan/digest.ts'
import { groupTokens } from '../plan/group-tokens.ts'
import { summaryItem } from '../plan/summary-item.ts'
import type { AttemptPrompt } from '../plan/turn-prompts.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import {
  groupsToSummarise,
  type SummaryLimits,
  summaryLimits,
  summaryTolerance,
} from '../summaries/summary-limits.ts'
import { type KeptSummary, type SummaryAttempt, summaryId } from '../summaries/summary-record.ts'
import {
  shorterRequest,
  type SummaryRequest,
  summaryRequest,
} from '../summaries/summary-request.ts'
import { itemText } from '../turns/item-text.ts'
import { itemsInHistory } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import type { ContextModels, ModelText } from './context-models.ts'
import type { TurnRequest } from './conversations.ts'
import { type SummaryPiece, SummaryReader } from './summary-reader.ts'
import type { ShelvedSummaries, SummaryShelf } from './summary-shelf.ts'
import type { TokenFigures } from './token-figures.ts'

/** As many are made at a time by one process, and as many conversations wait for theirs. */
const runningMax = 2
const waitingMax = 256
/** How long a model may take for one, and how long others wait before they begin it themselves. */
const callMs = 90_000
const leaseMs = 2 * callMs
/** A long history is summarised in pieces of so many tokens; so many are made in a row. */
const pieceTokens = 16_000
const pieceTokensMin = 1000
const piecesMax = 8
/** One that failed is tried again after so long, and after twice as long each further time. */
const retryMs = 15_000
const retryMsMax = 3_600_000

interface SummaryMakerOptions {
  /** With a deadline on every operation. */
  readonly store: Pick<TurnStore, 'conversation' | 'path' | 'turn' | 'turnPage'>
  readonly shelf: SummaryShelf
  readonly figures: TokenFigures
  readonly clock: Clock
  readonly logger: Logger
}

/** A turn that has ended. */
interface EndedTurnForSummary {
  readonly turn: Turn
  readonly request: TurnRequest
  /** The prompt that was answered. */
  readonly prompt: AttemptPrompt
  /** Turns of which its caller has something else than the log. */
  readonly asSent: ReadonlySet<string>
  /** Whether it leaves the turns out that the one before it did. */
  readonly leavesOutTheSame: boolean
}

interface Job extends EndedTurnForSummary {
  readonly models: ContextModels
  readonly model: string | undefined
  readonly limits: SummaryLimits
}

/**
 * Makes summaries after turns have ended, while nobody waits for them. For one input there is one
 * summary, however many processes use the store: whoever is about to make it says so in its record. One
 * that fails is tried again after later turns. What is made is used by the prompts that come then.
 */
export class SummaryMaker {
  readonly #options: SummaryMakerOptions
  readonly #reader: SummaryReader
  /** By conversation, the oldest first. */
  readonly #waiting = new Map<string, Job>()
  readonly #running = new Map<string, Promise<void>>()
  readonly #end = new AbortController()

  constructor(options: SummaryMakerOptions) {
    this.#options = options
    this.#reader = new SummaryReader(options.store)
  }

  /** Makes the next summary of the turn's conversation if it is due. Never throws, and blocks nobody. */
  turnEnded(ended: EndedTurnForSummary): void {
    const { prompt, request, turn } = ended
    const { history } = request.strategy
    const { models } = request
    if (history.mode !== 'Summarize' || models === undefined || this.#end.signal.aborted) return
    if (!ended.leavesOutTheSame || turn.status !== 'completed') return
    const { historyTokens = Number.POSITIVE_INFINITY } = request.strategy
    const limits = summaryLimits(history, { historyTokens, windowTokens: roomOf(prompt) })
    // In so little room a summary says nothing.
    if (limits === undefined) return
    const answer = sum(turn.output.map((item) => itemTokens(item, '', bytesPerFour)))
    const length = tokensOf(prompt, ['summary', 'history', 'retrieval', 'input']) + answer
    const isWanted = (prompt.plan.summary?.next ?? 'not_needed') !== 'not_needed'
    if (length < limits.preparedAt && !isWanted) return
    const key = JSON.stringify([request.tenant, turn.conversation])
    if (this.#waiting.size >= waitingMax && !this.#waiting.has(key)) return
    this.#waiting.set(key, { ...ended, models, model: history.model, limits })
    this.#next()
  }

  /** What is being made is given up: others make it later. */
  async close(): Promise<void> {
    this.#end.abort(new Error('the gateway stops'))
    this.#waiting.clear()
    while (this.#running.size > 0) await Promise.all(this.#running.values())
  }

  #next(): void {
    for (const [key, job] of this.#waiting) {
      if (this.#running.size >= runningMax) return
      if (this.#running.has(key)) continue
      this.#waiting.delete(key)
      const made = this.#makeAll(job)
        .catch((error: unknown) => {
          const { conversation } = job.turn
          this.#options.logger.warn({ err: error, conversation }, 'a summary was not made')
        })
        .finally(() => {
          this.#running.delete(key)
          this.#next()
        })
      this.#running.set(key, made)
    }
  }

  async #makeAll(job: Job): Promise<void> {
    const { request, turn } = job
    const { tenant } = request
    const { clock, shelf } = this.#options
    const known = await shelf.read(tenant, turn.conversation)
    const { conversation } = turn
    await shelf.endAbandoned({ tenant, conversation }, known, clock.now())
    const end = await this.#endOf(job, known)
    for (let piece = 0; end !== undefined && piece < piecesMax; piece += 1) {
      const kept = await shelf.read(tenant, turn.conversation)
      if (!kept.isKnown || this.#isHeld(kept) || this.#end.signal.aborted) return
      const leftOut = turn.left_out
      const before = await this.#reader.previous(tenant, end, { leftOut, ready: kept.ready })
      if (before?.to === end.id || !(await this.#makeNext(job, end, before, kept))) return
    }
  }

  /**
   * Whether one is being made by somebody, or has failed a short while ago, or something that it would
   * tell is being deleted.
   */
  #isHeld({ attempts, deletions }: ShelvedSummaries): boolean {
    if (deletions.length > 0) return true
    const nowMs = this.#options.clock.now()
    return [...attempts.values()].some(({ until_ms: until }) => until > nowMs)
  }

  /** The last turn that is to be covered now; undefined for none. */
  async #endOf(job: Job, { ready }: ShelvedSummaries): Promise<Turn | undefined> {
    const { limits, prompt, request, turn } = job
    const tokensMax = 2 * limits.triggerTokens
    const { groups, isWhole, previous } = await this.#reader.end(request.tenant, turn, {
      ready,
      tokensMax,
    })
    const { model } = prompt.target
    const texts = groups.flatMap((group) => group.turns.flatMap(itemsInHistory).map(itemText))
    const told = previous === undefined ? [] : [summaryItem(previous)]
    const { count } = await this.#options.figures.counts(prompt.target, [
      ...texts,
      ...told.map(itemText),
    ])
    const tokens = groupTokens(groups, model, count)
    const before = isWhole
      ? sum(told.map((item) => itemTokens(item, model, count)))
      : limits.triggerTokens
    const sizes = groups.map((_, index) => tokens(index, index + 1))
    if (before + sum(sizes) < limits.preparedAt) return undefined
    return groups[groupsToSummarise(sizes, before, limits) - 1]?.turns.at(-1)
  }

  /** Whether it was made. */
  async #makeNext(
    job: Job,
    end: Turn,
    before: KeptSummary | undefined,
    kept: ShelvedSummaries,
  ): Promise<boolean> {
    const { limits, request, turn } = job
    const { clock, shelf, store } = this.#options
    const conversation = await store.conversation(request.tenant, turn.conversation)
    if (conversation === undefined) return false
    const { rewrites } = conversation.ccp
    const attempts = Math.max(0, ...[...kept.attempts.values()].map((one) => one.attempts))
    const tokensMax = Math.max(pieceTokensMin, pieceTokens / 2 ** attempts)
    const piece = await this.#reader.piece(request.tenant, {
      after: before?.to ?? null,
      end,
      of: turn,
      tokensMax,
    })
    if (piece === undefined || piece.turns.some(({ id }) => job.asSent.has(id))) return false
    const asked = summaryRequest(piece.groups, {
      before: before?.text,
      bytesMax: tokensMax * 4,
      summaryTokens: limits.summaryTokens,
    })
    const last = piece.turns.at(-1) ?? end
    const inputHash = digest([job.model ?? request.model, asked.instructions, asked.input])
    const id = summaryId(last.seq, inputHash)
    const owner = { tenant: request.tenant, conversation: turn.conversation }
    const known = kept.versions.get(id) ?? null
    const making = attemptOf('making', clock.now() + leaseMs, attempts + 1, null)
    if (!(await shelf.put(owner, id, making, known))) return false
    const version = (known ?? 0) + 1
    // A deletion from now on deletes the record, too, so that nothing can be put in its place.
    if (!(await this.#isUnchanged(owner, rewrites))) {
      await shelf.remove(owner.tenant, owner.conversation, id)
      return false
    }
    try {
      const made = await this.#ask(job, asked, before)
      const source = { asked, before, inputHash, last, leftOut: turn.left_out, piece }
      const body = bodyOf(id, made, source, clock.now())
      if (!(await this.#keep(owner, body, { rewrites, version }))) return false
      await shelf.prune(owner.tenant, owner.conversation, [
        before?.id,
        job.prompt.epoch.summary?.id,
      ])
      return true
    } catch (error) {
      if (this.#end.signal.aborted) {
        await shelf.remove(owner.tenant, owner.conversation, id)
        return false
      }
      const untilMs = clock.now() + Math.min(retryMsMax, retryMs * 2 ** attempts)
      const failed = attemptOf('failed', untilMs, attempts + 1, problemOf(error))
      await shelf.put(owner, id, failed, version)
      throw error
    }
  }

  /** What was deleted while it was made is in no summary. */
  async #keep(
    owner: { readonly conversation: string; readonly tenant: string },
    body: KeptSummary,
    { rewrites, version }: { readonly rewrites: number; readonly version: number },
  ): Promise<boolean> {
    const { shelf } = this.#options
    const { conversation, tenant } = owner
    if (!(await shelf.put(owner, body.id, { ...body }, version))) return false
    if (await this.#isUnchanged(owner, rewrites)) return true
    await shelf.remove(tenant, conversation, body.id)
    return false
  }

  /** Whether no turn that had ended has been changed. */
  async #isUnchanged(
    { conversation, tenant }: { readonly conversation: string; readonly tenant: string },
    rewrites: number,
  ): Promise<boolean> {
    const now = await this.#options.store.conversation(tenant, conversation)
    return now?.ccp.rewrites === rewrites
  }

  async #ask(
    { limits, model, models, prompt }: Job,
    asked: SummaryRequest,
    before: KeptSummary | undefined,
  ): Promise<WrittenSummary> {
    const max = limits.summaryTokens
    const counted = async (text: string) => {
      const { count } = await this.#options.figures.counts(prompt.target, [text])
      return count(text, prompt.target.model)
    }
    const level = before?.level ?? 1
    const written = await this.#write(asked, { max, model, models })
    if ((await counted(written.text)) <= max * summaryTolerance) return { ...written, level }
    const shorter = await this.#write(shorterRequest(written.text, max), { max, model, models })
    if ((await counted(shorter.text)) <= max * summaryTolerance)
      return { ...shorter, level: level + 1 }
    throw new SummaryProblem(`the model writes more than the ${max} tokens that it was asked for`)
  }

  async #write(
    { input, instructions }: SummaryRequest,
    { max, model, models }: Pick<Job, 'model' | 'models'> & { readonly max: number },
  ): Promise<ModelText> {
    const { clock } = this.#options
    const parents = [this.#end.signal]
    using scope = openScope({ parents, clock, timeoutMs: callMs, what: 'a summary' })
    const { signal } = scope
    const maxOutputTokens = max * 2
    const purpose = 'summary'
    const request = { model, instructions, input, maxOutputTokens, purpose, signal } as const
    const written = await untilAborted(models.text(request), signal)
    const text = written.text.trim()
    if (text === '') throw new SummaryProblem('the model wrote nothing')
    return { ...written, text }
  }
}

type WrittenSummary = ModelText & Pick<KeptSummary, 'level'>

/** Why no summary came of an answer. */
class SummaryProblem extends Error {
  override readonly name = 'SummaryProblem'
}

interface SummarySource {
  readonly asked: SummaryRequest
  readonly before: KeptSummary | undefined
  readonly inputHash: string
  readonly last: Turn
  readonly leftOut: Turn['left_out']
  readonly piece: SummaryPiece
}

function bodyOf(
  id: string,
  { level, model, text }: WrittenSummary,
  { asked, before, inputHash, last, leftOut, piece }: SummarySource,
  nowMs: number,
): KeptSummary {
  return {
    state: 'ready',
    id,
    text,
    from: before?.from ?? piece.turns[0]?.id ?? last.id,
    to: last.id,
    to_seq: last.seq,
    turns: (before?.turns ?? 0) + piece.turns.length,
    tokens: (before?.tokens ?? 0) + groupTokens(piece.groups, '', bytesPerFour)(0),
    level,
    left_out: leftOut,
    children: before === undefined ? [] : [before.id],
    input_hash: inputHash,
    prompt_hash: digest([asked.instructions]),
    model,
    created_at: Math.floor(nowMs / 1000),
  }
}

function attemptOf(
  state: SummaryAttempt['state'],
  untilMs: number,
  attempts: number,
  problem: string | null,
): JsonObject {
  return { state, until_ms: untilMs, attempts, problem } satisfies SummaryAttempt
}

/** Errors of models say nothing secret; others stay in the log. */
function problemOf(error: unknown): string {
  const isTold = error instanceof ModelError || error instanceof SummaryProblem
  return isTold ? error.message.slice(0, 500) : 'it could not be made'
}

function tokensOf({ plan }: AttemptPrompt, kinds: readonly string[]): number {
  return sum(plan.segments.map(({ kind, tokens }) => (kinds.includes(kind) ? tokens : 0)))
}

/** What the window leaves to the history, with some room for the next question. */
function roomOf(prompt: AttemptPrompt): number {
  const limit = prompt.plan.budget.prompt
  if (limit === null) return Number.POSITIVE_INFINITY
  return (limit - tokensOf(prompt, ['tools', 'system', 'pinned'])) * 0.9
}
