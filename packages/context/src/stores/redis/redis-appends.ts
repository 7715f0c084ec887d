import { randomUUID } from 'node:crypto'
import type { Conversation } from '../../turns/conversation.ts'
import type { Turn } from '../../turns/turn.ts'
import { repeatedTurnsMax } from '../turn-queries.ts'
import { plansPerConversation, type AppendOutcome, type ConversationChange } from '../turn-store.ts'
import { appendScript } from './conversation-scripts.ts'
import { type IndexedConversation, type RedisIndexes, type Stamp } from './redis-indexes.ts'
import { type RedisParts, timeArguments } from './redis-parts.ts'
import { listOf, textOf } from './redis-reply.ts'
import type { RedisSession } from './redis-session.ts'
import { marked, storedConversation } from './stored-conversation.ts'
import { storedTurn } from './stored-turn.ts'

/** Entries in lists that were made for a change. */
interface Intent {
  readonly number: string
  readonly stamp: Stamp
  readonly stampedMs: number
  readonly isNew: boolean
  /** Its subject has been erased since the change was begun. */
  readonly isErased: boolean
}

/** What an earlier conversation of an id has left. */
interface EarlierRemoval {
  /** Told what `delete_all` replied of one in whose place another came. */
  forget(of: IndexedConversation, removed: readonly unknown[]): void
  /** Deletes what must be gone before another may have its id. */
  makeWay(session: RedisSession, of: IndexedConversation): Promise<void>
}

/** Entries may come too late, or not be known to be needed, some times. */
const attemptsMax = 4

/** How conversations are created and grow: each change in one script, after its entries in indexes. */
export class RedisAppends {
  readonly #parts: RedisParts
  readonly #indexes: RedisIndexes
  readonly #removal: EarlierRemoval
  /** A member may have the store open twice. */
  readonly #opening = randomUUID()
  #stamps = 0

  constructor(parts: RedisParts, indexes: RedisIndexes, removal: EarlierRemoval) {
    this.#parts = parts
    this.#indexes = indexes
    this.#removal = removal
  }

  append(change: ConversationChange): Promise<AppendOutcome> {
    return this.#parts.link.within((session) => this.#append(session, change))
  }

  async #append(session: RedisSession, change: ConversationChange): Promise<AppendOutcome> {
    const { conversation, expectedRevision } = change
    const of = { tenant: conversation.ccp.tenant, id: conversation.id }
    const intents: Intent[] = []
    if (expectedRevision === null) intents.push(await this.#enter(session, change, ''))
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      const intent = intents.at(-1)
      const reply = intent?.isErased ? ['erased'] : await this.#send(session, of, change, intent)
      const [outcome, ...rest] = listOf(reply)
      if (outcome === 'index' || outcome === 'late' || outcome === 'barred') {
        intents.push(await this.#enter(session, change, textOf(rest[0])))
        continue
      }
      if (outcome === 'left') {
        await this.#removal.makeWay(session, of)
        continue
      }
      const isStored = outcome === 'stored'
      if (isStored) this.#removal.forget(of, rest)
      this.#withdraw(conversation, isStored ? intents.slice(0, -1) : intents)
      if (!isStored) this.#withdrawTurns(of, change)
      return appendOutcome(outcome)
    }
    throw new Error('Redis is too slow: entries of a conversation were out of date when it came')
  }

  /** Commands of one connection run in their order: what points to the change goes first. */
  async #send(
    session: RedisSession,
    of: IndexedConversation,
    change: ConversationChange,
    intent: Intent | undefined,
  ): Promise<unknown> {
    const { turns, plan } = change
    const running = turns.find(({ status }) => status === 'in_progress')
    const pointers = [
      running && this.#indexes.addRun(session, of, running.id),
      plan && this.#indexes.addPlan(session, of, plan.id),
    ]
    const keys = this.#parts.keys.conversation(of.tenant, of.id)
    const stored = session.run(appendScript, keys, this.#argumentsOf(change, intent))
    const [reply] = await Promise.all([stored, ...pointers])
    return reply
  }

  #argumentsOf(change: ConversationChange, intent: Intent | undefined): readonly string[] {
    const { conversation, expectedRevision, keepsEpoch, turns, rewritten = [], plan } = change
    const { epoch, expires, held, subject, tree, ...texts } = storedConversation(conversation)
    const isKept = keepsEpoch === true && expectedRevision !== null
    return [
      ...timeArguments(this.#parts),
      expectedRevision === null ? '' : String(expectedRevision),
      String(conversation.ccp.revision),
      texts.conversation,
      isKept ? '' : epoch,
      tree,
      expires,
      held,
      subject,
      intent?.number ?? '',
      intent?.stamp ?? '',
      String(intent?.stampedMs ?? ''),
      String(turns.length),
      String(rewritten.length),
      plan?.id ?? '',
      plan === undefined ? '' : JSON.stringify(plan),
      String(plansPerConversation),
      this.#parts.member,
      String(repeatedTurnsMax),
      ...turns.flatMap(addedTurn),
      ...rewritten.flatMap((turn) => [turn.id, ...textsOf(turn)]),
    ]
  }

  /** Makes the entries that a conversation will need. `number` is its own, or empty for a new one. */
  async #enter(
    session: RedisSession,
    { conversation, erasures }: ConversationChange,
    number: string,
  ): Promise<Intent> {
    const { id, ccp } = conversation
    const of = { tenant: ccp.tenant, id }
    const stampedMs = session.nowMs()
    const stamp = `${stampedMs}/${this.#opening}/${++this.#stamps}`
    const isNew = number === ''
    const entered = isNew ? await this.#indexes.enter(session, of, stamp) : Number(number)
    const isEntered = await this.#indexes.add(session, of, {
      stamp,
      number: entered,
      touchedMs: isNew ? this.#parts.clock.now() : undefined,
      subject: ccp.subject,
      erasures,
      expiresMs: ccp.retention.expires_at === null ? undefined : ccp.retention.expires_at * 1000,
    })
    return { number: String(entered), stamp, stampedMs, isNew, isErased: !isEntered }
  }

  #withdraw({ id, ccp }: Conversation, intents: readonly Intent[]): void {
    for (const { stamp, isNew } of intents) {
      const created = isNew ? stamp : ''
      const subject = marked(ccp.subject)
      const stamps = { created, subject, subjectStamp: stamp, dueStamp: stamp }
      const entries = { tenant: ccp.tenant, id, ...stamps, plans: [] }
      this.#parts.link.detach((session) => this.#indexes.drop(session, entries))
    }
  }

  #withdrawTurns(of: IndexedConversation, { turns, plan }: ConversationChange): void {
    if (turns.length === 0) return
    const plans = plan === undefined ? [] : [plan.id]
    const none = { created: '', subject: '-', subjectStamp: '', dueStamp: '', plans }
    this.#parts.link.detach(async (session) => {
      await this.#indexes.drop(session, { ...of, ...none })
      for (const { id, status } of turns) {
        if (status === 'in_progress') await this.#indexes.dropRun(session, of, id)
      }
    })
  }
}

function addedTurn(turn: Turn): readonly string[] {
  const { seq, id, parent, status, idempotency_key, request_digest, instructed_by } = turn
  return [
    String(seq),
    id,
    parent ?? '',
    status === 'in_progress' ? '1' : '0',
    marked(idempotency_key),
    marked(request_digest),
    instructed_by ?? '',
    ...textsOf(turn),
  ]
}

function textsOf(turn: Turn): readonly string[] {
  const { body, output, outline, items } = storedTurn(turn)
  return [body, output, outline, items]
}

function appendOutcome(outcome: unknown): AppendOutcome {
  for (const known of ['stored', 'conflict', 'locked', 'missing', 'erased'] as const) {
    if (outcome === known) return known
  }
  throw new Error(`Redis answered a change of a conversation with ${JSON.stringify(outcome)}`)
}
