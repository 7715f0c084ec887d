import { RecentMap } from '@fairlead/base'
import { itemProblem } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { ContextStore } from '../stores/context-store.ts'
import type { SubjectErasures } from '../stores/subject-erasures.ts'
import type {
  BasisQuery,
  ConversationBasis,
  ConversationPage,
  ConversationQuery,
  IdentifiedItem,
  PathQuery,
  StorePage,
  StorePageQuery,
  SubjectRemoval,
  TurnPageQuery,
} from '../stores/turn-queries.ts'
import { outlinesPerCall } from '../stores/turn-queries.ts'
import type {
  AppendOutcome,
  ConversationChange,
  FinishOutcome,
  PartialOutput,
  RemoveOutcome,
  TurnEndChange,
} from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import { outlineOf, type TurnOutline } from '../turns/turn-outline.ts'
import type { Turn } from '../turns/turn.ts'
import type { ConversationCiphers } from './conversation-ciphers.ts'
import { encryptedAnswers } from './encrypted-answers.ts'
import { encryptedRecords } from './encrypted-records.ts'
import { encryptedResponses } from './encrypted-responses.ts'
import type { Keyring } from './keyring.ts'
import {
  type ConversationTokens,
  openConversation,
  openPlan,
  sealConversation,
  sealEpoch,
  sealPlan,
} from './sealed-conversation.ts'
import { openItem, openTurn, sealItem, sealTurn } from './sealed-turn.ts'
import { KeyGone, type TextCipher, WrongKey } from './text-cipher.ts'

/** Of how many conversations the subject is kept in memory. */
const knownMax = 10_000
/** How often a change is made again because its subject was erased meanwhile. */
const attemptsMax = 4
/** How many turns are read at a time in order to outline them. */
const outlinedPerPage = 100

/**
 * A store whose contents are encrypted with keys of their subjects before they reach it: what is said,
 * metadata, variables, personas, plans, responses, answers and records. What stays readable is what
 * the store works with: ids, times, states, names of models and strategies, digests.
 */
export function encryptedStore(store: ContextStore, keyring: Keyring): ContextStore {
  const turns = new EncryptedTurns(store, keyring)
  return {
    ...store,
    type: store.type,
    factors: store.factors,
    responses: encryptedResponses(store.responses, keyring, turns),
    answers: encryptedAnswers(store.answers, keyring),
    records: encryptedRecords(
      { records: store.records, erasures: (tenant, subject) => store.erasures(tenant, subject) },
      keyring,
      turns,
    ),
    conversation: (tenant, id) => turns.conversation(tenant, id),
    basis: (tenant, id, query) => turns.basis(tenant, id, query),
    path: (tenant, id, query) => turns.path(tenant, id, query),
    turn: (tenant, id, turnId) => turns.turn(tenant, id, turnId),
    outline: (tenant, id, afterSeq) => turns.outline(tenant, id, afterSeq),
    turnPage: (tenant, id, query) => turns.turnPage(tenant, id, query),
    itemPage: (tenant, id, query) => turns.itemPage(tenant, id, query),
    item: (tenant, id, itemId) => turns.item(tenant, id, itemId),
    turnsOfItem: (tenant, id, itemId) => turns.turnsOfItem(tenant, id, itemId),
    append: (change) => turns.append(change),
    flush: (outputs) => turns.flush(outputs),
    finish: (tenant, change) => turns.finish(tenant, change),
    replacePlan: (tenant, plan) => turns.replacePlan(tenant, plan),
    remove: (tenant, id) => turns.remove(tenant, id),
    plan: (tenant, planId) => turns.plan(tenant, planId),
    list: (tenant, query) => turns.list(tenant, query),
    tenants: () => store.tenants(),
    erasures: (tenant, subject) => turns.erasures(tenant, subject),
    removeSubject: (tenant, subject) => turns.removeSubject(tenant, subject),
    recover: (completedAt) => store.recover(completedAt),
    expire: () => store.expire(),
    check: () => store.check(),
    configure: (settings) => store.configure(settings),
    close: () => store.close(),
  }
}

class EncryptedTurns implements ConversationCiphers {
  readonly #store: ContextStore
  readonly #keyring: Keyring
  /** Tokens of subjects, which a conversation has from its beginning on. */
  readonly #subjects = new RecentMap<{ readonly subject: string | null }>(knownMax)
  /** The turn that an outline ended with, so that the next one can go on from it. */
  readonly #outlined = new RecentMap<{ readonly seq: number; readonly id: string }>(knownMax)

  constructor(store: ContextStore, keyring: Keyring) {
    this.#store = store
    this.#keyring = keyring
  }

  async cipherOfConversation(tenant: string, id: string, creates = false): Promise<TextCipher> {
    return this.#keyring.cipherOf(tenant, await this.#subjectOf(tenant, id), { creates })
  }

  async opening<T>(tenant: string, id: string, open: (cipher: TextCipher) => T): Promise<T> {
    const subject = await this.#subjectOf(tenant, id)
    try {
      return await this.#keyring.opening(tenant, subject, open)
    } catch (error) {
      if (!(error instanceof WrongKey)) throw error
      // It may have been made anew, about somebody else.
      this.#subjects.delete(JSON.stringify([tenant, id]))
      return this.#keyring.opening(tenant, await this.#subjectOf(tenant, id), open)
    }
  }

  async conversation(tenant: string, id: string): Promise<Conversation | undefined> {
    const conversation = await this.#store.conversation(tenant, id)
    return conversation && (await this.#opened(conversation))
  }

  async basis(
    tenant: string,
    id: string,
    query: BasisQuery,
  ): Promise<ConversationBasis | undefined> {
    const basis = await this.#store.basis(tenant, id, query)
    if (basis === undefined) return undefined
    const { ccp } = basis.conversation
    this.#note(basis.conversation)
    return this.#keyring.opening(tenant, ccp.subject, (cipher) => {
      const open = (turn: Turn | undefined) => turn && openTurn(turn, cipher)
      return {
        conversation: openConversation(basis.conversation, cipher),
        running: open(basis.running),
        path: basis.path.map((turn) => openTurn(turn, cipher)),
        pinned: basis.pinned.map((turn) => openTurn(turn, cipher)),
        instructing: open(basis.instructing),
        keyed: open(basis.keyed),
        repeated: open(basis.repeated),
      }
    })
  }

  async path(tenant: string, id: string, query: PathQuery): Promise<readonly Turn[]> {
    return this.#openedTurns(tenant, id, await this.#store.path(tenant, id, query))
  }

  async turn(tenant: string, id: string, turnId: string): Promise<Turn | undefined> {
    const turn = await this.#store.turn(tenant, id, turnId)
    return turn && this.opening(tenant, id, (cipher) => openTurn(turn, cipher))
  }

  /** The store cannot outline what it cannot read: turns are read for that, a page at a time. */
  async outline(tenant: string, id: string, afterSeq: number): Promise<readonly TurnOutline[]> {
    const name = JSON.stringify([tenant, id])
    const last = this.#outlined.get(name)
    const outlines: TurnOutline[] = []
    let after = last?.seq === afterSeq ? last.id : undefined
    while (outlines.length < outlinesPerCall) {
      const query = { limit: outlinedPerPage, order: 'asc', ...(after && { after }) } as const
      const page = await this.turnPage(tenant, id, query)
      if (page.outcome !== 'found') break
      after = page.entries.at(-1)?.id
      const wanted = page.entries.filter(({ seq }) => seq > afterSeq)
      outlines.push(...wanted.map(outlineOf))
      if (!page.hasMore) break
    }
    const whole = outlines.slice(0, outlinesPerCall)
    const end = whole.at(-1)
    if (end !== undefined) this.#outlined.set(name, { seq: end.seq, id: end.id })
    return whole
  }

  async turnPage(tenant: string, id: string, query: TurnPageQuery): Promise<StorePage<Turn>> {
    const page = await this.#store.turnPage(tenant, id, query)
    if (page.outcome !== 'found') return page
    return { ...page, entries: await this.#openedTurns(tenant, id, page.entries) }
  }

  async itemPage(
    tenant: string,
    id: string,
    query: StorePageQuery,
  ): Promise<StorePage<IdentifiedItem>> {
    const page = await this.#store.itemPage(tenant, id, query)
    if (page.outcome !== 'found') return page
    return this.opening(tenant, id, (cipher) => ({
      ...page,
      entries: page.entries.flatMap((item) => openIdentified(item, cipher)),
    }))
  }

  async item(tenant: string, id: string, itemId: string): Promise<IdentifiedItem | undefined> {
    const item = await this.#store.item(tenant, id, itemId)
    if (item === undefined) return undefined
    return this.opening(tenant, id, (cipher) => openIdentified(item, cipher)[0])
  }

  async turnsOfItem(tenant: string, id: string, itemId: string): Promise<readonly Turn[]> {
    return this.#openedTurns(tenant, id, await this.#store.turnsOfItem(tenant, id, itemId))
  }

  async append(change: ConversationChange): Promise<AppendOutcome> {
    const { conversation, erasures, expectedRevision } = change
    const { ccp, metadata } = conversation
    const tokens = await this.#tokensOf(ccp.tenant, { subject: ccp.subject, metadata })
    // A conversation that is there keeps the key of its subject.
    if (expectedRevision !== null) return this.#append(change, tokens, false)
    for (let attempt = 0; attempt < attemptsMax; attempt++) {
      // Known before the key is: one that is erased later than that encrypts nothing that is stored.
      const known = erasures ?? (await this.#erasuresOf(ccp.tenant, tokens.subject))
      const outcome = await this.#append(
        known === undefined ? change : { ...change, erasures: known },
        tokens,
        true,
      )
      if (outcome !== 'erased' || erasures !== undefined) return outcome
    }
    throw new Error('the subject of the conversation is being erased: try again when that is done')
  }

  async #append(
    change: ConversationChange,
    tokens: ConversationTokens,
    isFresh: boolean,
  ): Promise<AppendOutcome> {
    const { conversation, plan, rewritten, turns } = change
    const { ccp, id } = conversation
    const cipher = await this.#keyring.cipherOf(ccp.tenant, tokens.subject, {
      creates: true,
      isFresh,
    })
    const outcome = await this.#store.append({
      ...change,
      conversation: sealConversation(conversation, tokens, cipher),
      turns: turns.map((turn) => sealTurn(turn, cipher)),
      ...(rewritten === undefined
        ? {}
        : { rewritten: rewritten.map((turn) => sealTurn(turn, cipher)) }),
      ...(plan === undefined ? {} : { plan: sealPlan(plan, cipher) }),
    })
    if (outcome === 'stored') {
      this.#subjects.set(JSON.stringify([ccp.tenant, id]), { subject: tokens.subject })
    }
    return outcome
  }

  async flush(outputs: readonly PartialOutput[]): Promise<void> {
    const sealed = outputs.map(async (part) => {
      const cipher = await this.cipherOfConversation(part.tenant, part.conversation, true)
      return { ...part, output: part.output.map((item) => sealItem(item, cipher)) }
    })
    return this.#store.flush(await Promise.all(sealed))
  }

  async finish(tenant: string, change: TurnEndChange): Promise<FinishOutcome> {
    const { epoch, plan, turn } = change
    const cipher = await this.cipherOfConversation(tenant, turn.conversation, true)
    return this.#store.finish(tenant, {
      turn: sealTurn(turn, cipher),
      ...(epoch === undefined ? {} : { epoch: sealEpoch(epoch, turn.conversation, cipher) }),
      ...(plan === undefined ? {} : { plan: sealPlan(plan, cipher) }),
    })
  }

  async replacePlan(tenant: string, plan: ContextPlan): Promise<boolean> {
    const cipher = await this.cipherOfConversation(tenant, plan.conversation, true)
    return this.#store.replacePlan(tenant, sealPlan(plan, cipher))
  }

  async plan(tenant: string, planId: string): Promise<ContextPlan | undefined> {
    const plan = await this.#store.plan(tenant, planId)
    if (plan === undefined) return undefined
    return this.opening(tenant, plan.conversation, (cipher) => openPlan(plan, cipher))
  }

  async remove(tenant: string, id: string): Promise<RemoveOutcome> {
    this.#subjects.delete(JSON.stringify([tenant, id]))
    return this.#store.remove(tenant, id)
  }

  async list(tenant: string, query: ConversationQuery): Promise<ConversationPage> {
    const { metadata = {}, subject, ...rest } = query
    const tokens = await this.#tokensOf(tenant, { subject: subject ?? null, metadata })
    const page = await this.#store.list(tenant, {
      ...rest,
      ...(tokens.subject === null ? {} : { subject: tokens.subject }),
      ...(query.metadata === undefined ? {} : { metadata: tokens.metadata }),
    })
    if (page.outcome !== 'found') return page
    const conversations = await Promise.all(page.conversations.map((one) => this.#opened(one)))
    return { ...page, conversations }
  }

  async erasures(tenant: string, subject: string): Promise<SubjectErasures> {
    return this.#store.erasures(tenant, await this.#keyring.tokenOf(tenant, 'subject', subject))
  }

  /** With the last of what is kept of a subject goes its key, so that no copy can be read either. */
  async removeSubject(tenant: string, subject: string): Promise<SubjectRemoval> {
    const token = await this.#keyring.tokenOf(tenant, 'subject', subject)
    const parts = [await this.#store.removeSubject(tenant, token)]
    if (parts.every(({ more, held }) => !more && held === 0)) {
      await this.#keyring.erase(tenant, token)
      // What was stored with that key since the first part, and before this one, goes as well.
      parts.push(await this.#store.removeSubject(tenant, token))
    }
    // What was stored before there was encryption.
    parts.push(await this.#store.removeSubject(tenant, subject))
    const sum = (name: 'conversations' | 'turns' | 'plans' | 'responses' | 'held') =>
      parts.reduce((total, part) => total + part[name], 0)
    return {
      conversations: sum('conversations'),
      turns: sum('turns'),
      plans: sum('plans'),
      responses: sum('responses'),
      held: sum('held'),
      more: parts.some(({ more }) => more),
    }
  }

  async #erasuresOf(tenant: string, token: string | null): Promise<number | undefined> {
    return token === null ? undefined : (await this.#store.erasures(tenant, token)).count
  }

  async #opened(conversation: Conversation): Promise<Conversation> {
    const { ccp } = conversation
    this.#note(conversation)
    return this.#keyring.opening(ccp.tenant, ccp.subject, (cipher) =>
      openConversation(conversation, cipher),
    )
  }

  #note({ ccp, id }: Conversation): void {
    this.#subjects.set(JSON.stringify([ccp.tenant, id]), { subject: ccp.subject })
  }

  async #subjectOf(tenant: string, id: string): Promise<string | null> {
    const known = this.#subjects.get(JSON.stringify([tenant, id]))
    if (known !== undefined) return known.subject
    const conversation = await this.#store.conversation(tenant, id)
    if (conversation === undefined) return null
    this.#note(conversation)
    return conversation.ccp.subject
  }

  async #openedTurns(tenant: string, id: string, turns: readonly Turn[]): Promise<readonly Turn[]> {
    if (turns.length === 0) return turns
    return this.opening(tenant, id, (cipher) => turns.map((turn) => openTurn(turn, cipher)))
  }

  async #tokensOf(
    tenant: string,
    { metadata, subject }: ConversationTokens,
  ): Promise<ConversationTokens> {
    const pairs = Object.entries(metadata).map(
      async ([name, value]) =>
        [
          await this.#keyring.tokenOf(tenant, 'metadata', name),
          await this.#keyring.tokenOf(tenant, `metadata ${name}`, value),
        ] as const,
    )
    return {
      subject: subject === null ? null : await this.#keyring.tokenOf(tenant, 'subject', subject),
      metadata: Object.fromEntries(await Promise.all(pairs)),
    }
  }
}

/** Nothing where its key is gone, or for what is no item. */
function openIdentified(item: IdentifiedItem, cipher: TextCipher): readonly IdentifiedItem[] {
  try {
    const opened = openItem(item, cipher)
    return itemProblem(opened) === undefined ? [opened as IdentifiedItem] : []
  } catch (error) {
    if (error instanceof KeyGone) return []
    throw error
  }
}
