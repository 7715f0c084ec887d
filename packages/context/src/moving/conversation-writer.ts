import { canonicalJson } from '@fairlead/base'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { ContextStore } from '../stores/context-store.ts'
import { hasEnded, type KeptResponse } from '../stores/kept-response.ts'
import { isConversationOwner, type NewRecord, ownerSubject } from '../stores/record-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import { isSameConversation, type StoredPart } from './stored-part.ts'

/** What is written of a store. */
export type WritableStore = Pick<
  ContextStore,
  'append' | 'conversation' | 'plan' | 'records' | 'replacePlan' | 'responses' | 'turn'
>

/**
 * What becomes of a conversation: `there` has been there as it is; `differs` is there in another form,
 * and stays; `conflict` was changed by somebody else meanwhile.
 */
export type WriteOutcome = 'created' | 'updated' | 'there' | 'differs' | 'conflict'

interface WriterOptions {
  readonly store: WritableStore
  /** The name of the ConversationStore in its conversations. */
  readonly storeName: string
  /** Whether one that is there may be brought to the form that comes. Never when left out. */
  readonly mayUpdate?: (there: Conversation, coming: Conversation) => Promise<boolean>
  /**
   * The count of a subject's erasures when what is written was read; `erased` for one that was erased
   * since, of which nothing is written.
   */
  readonly erasuresOf: (tenant: string, subject: string) => Promise<number | 'erased'>
}

/** So many turns, or bytes of them, are stored at a time, so that others are served in between. */
const turnsPerChange = 200
const bytesPerChange = 2 * 1024 ** 2

/**
 * Writes conversations into a store, part by part. One that is broken off is there with its turns and
 * without a head, and is gone on with when it comes again.
 */
export class ConversationWriter {
  readonly #options: WriterOptions
  #current: ConversationChanges | undefined
  #outcome: WriteOutcome = 'there'

  constructor(options: WriterOptions) {
    this.#options = options
  }

  /**
   * Takes the next part. Resolves, at the end of a conversation, to what became of it. Rejects when the
   * store is unavailable.
   */
  async write(part: StoredPart): Promise<WriteOutcome | undefined> {
    switch (part.object) {
      case 'stored.conversation':
        await this.#begin(part.conversation)
        return undefined
      case 'stored.turn':
        await this.#changing((changes) => changes.addTurn(part.turn))
        return undefined
      case 'stored.plan':
        await this.#changing((changes) => changes.addPlan(part.plan))
        return undefined
      case 'stored.response':
        // A store keeps responses of conversations that it has.
        await this.#changing((changes) => changes.store())
        await this.#putResponse(part.response)
        return undefined
      case 'stored.end':
        await this.#changing((changes) => changes.end())
        this.#current = undefined
        return this.#outcome
      case 'stored.record':
        await this.#putRecord(part.record)
        return undefined
    }
  }

  async #begin(coming: Conversation): Promise<void> {
    const { store, storeName, mayUpdate, erasuresOf } = this.#options
    const conversation = { ...coming, ccp: { ...coming.ccp, store: storeName } }
    const { subject, tenant } = coming.ccp
    const erasures = subject === null ? undefined : await erasuresOf(tenant, subject)
    if (erasures === 'erased') {
      this.#outcome = 'conflict'
      this.#current = undefined
      return
    }
    const there = await store.conversation(coming.ccp.tenant, coming.id)
    if (there === undefined || isBrokenOff(there)) {
      this.#outcome = 'created'
    } else if (isSameConversation(there, conversation)) {
      this.#outcome = 'there'
    } else {
      const may = (await mayUpdate?.(there, conversation)) === true
      this.#outcome = may ? 'updated' : 'differs'
    }
    const isWritten = this.#outcome === 'created' || this.#outcome === 'updated'
    this.#current = isWritten
      ? new ConversationChanges({ store, coming: conversation, there, erasures })
      : undefined
  }

  /** One that is there otherwise is replaced where its conversation may be. */
  async #putResponse(response: KeptResponse): Promise<void> {
    if (this.#outcome === 'differs' || this.#outcome === 'conflict') return
    const { mayUpdate, store } = this.#options
    if (this.#outcome === 'there' && mayUpdate === undefined) return
    await putResponse(store, response, mayUpdate !== undefined)
  }

  /** As for responses. */
  async #putRecord(record: NewRecord): Promise<void> {
    const { records } = this.#options.store
    const isLeft = this.#outcome === 'differs' || this.#outcome === 'conflict'
    if (isLeft && isConversationOwner(record.owner)) return
    const subject = ownerSubject(record.owner)
    const erasures =
      subject === null ? undefined : await this.#options.erasuresOf(record.tenant, subject)
    if (erasures === 'erased') return
    const there = await records.load(record)
    if (there !== undefined) {
      if (this.#options.mayUpdate === undefined) return
      if (canonicalJson(there.body) === canonicalJson(record.body)) return
    }
    await records.put(record, there?.version ?? null, erasures)
  }

  async #changing(change: (changes: ConversationChanges) => Promise<boolean>): Promise<void> {
    if (this.#current === undefined || (await change(this.#current))) return
    this.#current = undefined
    this.#outcome = 'conflict'
  }
}

/** Whether it is the beginning of one whose rest never came. */
export function isBrokenOff({ ccp }: Conversation): boolean {
  return ccp.revision === 0 && ccp.turns > 0 && ccp.head === null
}

interface ChangesParts {
  readonly store: WritableStore
  readonly coming: Conversation
  readonly there: Conversation | undefined
  /** Of its subject, when it was read. */
  readonly erasures: number | undefined
}

/** The changes that bring one conversation into a store. Each says whether it could be made. */
class ConversationChanges {
  readonly #store: WritableStore
  readonly #coming: Conversation
  readonly #erasures: number | undefined
  /** What of it is stored; only the last change makes it what it becomes. */
  #stored: Conversation | undefined
  /** Turns up to this one are there. */
  readonly #thereSeq: number
  /** Whether turns that are there may have been changed. */
  readonly #rewrites: boolean
  #turns: Turn[] = []
  #rewritten: Turn[] = []
  #bytes = 0
  readonly #plans: ContextPlan[] = []

  constructor({ coming, erasures, store, there }: ChangesParts) {
    this.#store = store
    this.#erasures = erasures
    this.#coming = coming
    this.#stored = there
    this.#thereSeq = there?.ccp.turns ?? 0
    this.#rewrites = there !== undefined && there.ccp.rewrites !== coming.ccp.rewrites
  }

  async addTurn(turn: Turn): Promise<boolean> {
    if (turn.seq === this.#thereSeq && !(await this.#has(turn))) return false
    if (turn.seq > this.#thereSeq) this.#turns.push(turn)
    else if (this.#rewrites) this.#rewritten.push(turn)
    else return true
    this.#bytes += JSON.stringify(turn).length
    const count = this.#turns.length + this.#rewritten.length
    return count < turnsPerChange && this.#bytes < bytesPerChange ? true : this.#flush()
  }

  async addPlan(plan: ContextPlan): Promise<boolean> {
    const there = await this.#store.plan(this.#coming.ccp.tenant, plan.id)
    if (there === undefined) this.#plans.push(plan)
    else if (canonicalJson(there) !== canonicalJson(plan)) {
      await this.#store.replacePlan(this.#coming.ccp.tenant, plan)
    }
    return true
  }

  /** Stores what has come so far. */
  async store(): Promise<boolean> {
    const isThere = this.#stored !== undefined && this.#turns.length + this.#rewritten.length === 0
    return isThere || this.#flush()
  }

  async end(): Promise<boolean> {
    const last = this.#plans.pop()
    for (const plan of this.#plans) if (!(await this.#flush(plan))) return false
    return this.#append(this.#coming, last)
  }

  /** Two conversations of one id may have begun otherwise. */
  async #has({ id }: Turn): Promise<boolean> {
    const { ccp, id: conversation } = this.#coming
    return (await this.#store.turn(ccp.tenant, conversation, id)) !== undefined
  }

  #flush(plan?: ContextPlan): Promise<boolean> {
    const seq = this.#turns.at(-1)?.seq ?? this.#stored?.ccp.turns ?? 0
    return this.#append(unfinished(this.#stored ?? this.#coming, seq, this.#stored), plan)
  }

  async #append(conversation: Conversation, plan: ContextPlan | undefined): Promise<boolean> {
    const outcome = await this.#store.append({
      expectedRevision: this.#stored?.ccp.revision ?? null,
      conversation,
      turns: this.#turns,
      ...(this.#rewritten.length > 0 && { rewritten: this.#rewritten }),
      ...(plan !== undefined && { plan }),
      ...(this.#erasures !== undefined && { erasures: this.#erasures }),
    })
    this.#stored = conversation
    this.#turns = []
    this.#rewritten = []
    this.#bytes = 0
    return outcome === 'stored'
  }
}

/** What is stored before the last change: a new one has no head yet, another goes on as it was. */
function unfinished(
  conversation: Conversation,
  turns: number,
  stored: Conversation | undefined,
): Conversation {
  if (stored !== undefined) return { ...stored, ccp: { ...stored.ccp, turns } }
  const bare = { head: null, branches: {}, pinned: [], revision: 0, turns }
  const retention = { expires_at: null, legal_hold: false }
  return { ...conversation, ccp: { ...conversation.ccp, ...bare, retention } }
}

/**
 * One that is there and did not end is left of a copy of its conversation that was broken off. Any other
 * is replaced only where it may be.
 */
async function putResponse(
  { responses }: WritableStore,
  response: KeptResponse,
  mayReplace: boolean,
): Promise<void> {
  const { tenant, id, body, output, error, answered_by: answeredBy } = response
  const there = await responses.load(tenant, id)
  if (there !== undefined) {
    if (canonicalJson(there) === canonicalJson(response)) return
    const isOfCopy = !hasEnded(there.status) && there.conversation === response.conversation
    if (!mayReplace && !isOfCopy) return
    await responses.remove(tenant, id)
  }
  const isAdded = await responses.add({
    ...response,
    status: 'in_progress',
    output: [],
    error: null,
    answered_by: null,
    completed_at: null,
  })
  // Its conversation has just been deleted: nothing of it is to be kept.
  if (!isAdded) return
  await responses.finish({
    tenant,
    id,
    status: response.status as 'completed',
    body,
    output,
    error,
    answeredBy,
    completedAt: response.completed_at ?? response.created_at,
    firstFrame: 0,
    frames: [],
  })
}
