import { invalidField } from '@fairlead/llm'
import { isModelItem } from '../turns/item-kind.ts'
import { reachesFarEnough } from '../plan/history-reach.ts'
import type { TurnStore } from '../stores/turn-store.ts'
import { epochSummary, leavesOutTheSame } from '../summaries/summary-record.ts'
import type { EpochState, EpochSummary } from '../turns/conversation.ts'
import { placeInput, type Placement } from '../turns/place-input.ts'
import { outlineOf } from '../turns/turn-outline.ts'
import { leftOutReason } from '../turns/turn-in-history.ts'
import { TurnTree } from '../turns/turn-tree.ts'
import type { Turn } from '../turns/turn.ts'
import { choiceOf, chosenPlace } from './chosen-place.ts'
import type { TurnRequest } from './conversations.ts'
import type { OutlineCache } from './outline-cache.ts'
import type { RecentConversation } from './recent-conversations.ts'
import { noSummaries, type ShelvedSummaries } from './summary-shelf.ts'
import type { TurnBasis } from './turn-basis.ts'

/** Where a request's turns belong, and what of the log their prompts are made from. */
export interface TurnPlace {
  readonly placement: Placement
  /** The turn that they follow; undefined when they follow nothing. */
  readonly parent: Turn | undefined
  /**
   * The end of the path to the parent, oldest first, as far back as a prompt may reach; then a head
   * that came to nothing.
   */
  readonly path: readonly Turn[]
  /** The turn whose instructions are in force after the parent; undefined for none. */
  readonly instructing: Turn | undefined
  /** Pinned turns of the way to the parent, oldest first, that are not in `path`. */
  readonly pinned: readonly Turn[]
  /** Whether the turn follows one of the epoch, on whatever branch, so that the epoch can go on. */
  readonly continuesEpoch: boolean
  /** Summaries that prompts of the turn may have, newest first. */
  readonly summaries: readonly EpochSummary[]
}

interface PlaceOptions {
  readonly retried?: Turn | undefined
  readonly hasWaited?: boolean
  /** What is kept of the conversation. None when left out. */
  readonly summaries?: ShelvedSummaries
  /** What is known of the conversation; told what was read. Nothing when left out. */
  readonly recent?: Pick<RecentConversation, 'path'>
}

/** How many more turns of a path are read at a time, at first and at most. */
const firstPage = 64
const largestPage = 1024

/** Finds the places of turns. Reads of the log only what a body and its prompts need. */
export class TurnPlacer {
  readonly #store: Pick<TurnStore, 'path' | 'turn'>
  readonly #outlines: OutlineCache

  constructor(store: Pick<TurnStore, 'path' | 'turn'>, outlines: OutlineCache) {
    this.#store = store
    this.#outlines = outlines
  }

  /**
   * `retried` is a turn of the same call, which did not complete: the new one takes its place.
   * `hasWaited`: whether another turn of the conversation was running when the request came.
   */
  async place(
    basis: TurnBasis,
    request: TurnRequest,
    {
      retried,
      hasWaited = false,
      recent = { path: [] },
      summaries: shelved = noSummaries,
    }: PlaceOptions = {},
  ): Promise<TurnPlace> {
    const { conversation } = basis
    const { ccp } = conversation
    const head = retried === undefined ? ccp.head : retried.parent
    const instructed = await this.#instructing(basis, basis.path.at(-1))
    const chosen = await this.#chosen(basis, request)
    const needsTree =
      chosen !== undefined ||
      head !== ccp.head ||
      (request.isNewInput !== true && (ccp.sends_history || request.input.some(isModelItem)))
    const tree = needsTree
      ? await this.#outlines.treeOf(conversation)
      : new TurnTree(
          [...(instructed === undefined ? [] : [instructed]), ...newestTurns(basis.path)].map(
            outlineOf,
          ),
        )
    const headTurn = await this.#turn(basis, head)
    const placement =
      chosen === undefined
        ? placeInput(request.input, {
            tree,
            head,
            leftOut: headTurn?.left_out ?? null,
            sendsHistory: ccp.sends_history,
            isNewInput: request.isNewInput === true,
            cameBeforeAnswer: hasWaited,
          })
        : chosenPlace(request, {
            turn: chosen,
            instructing: await this.#instructing(basis, await this.#turn(basis, chosen.parent)),
            sendsHistory: ccp.sends_history,
          })
    const parent = await this.#turn(basis, placement.parent)
    const summaries = shelved.ready.filter((one) => tellsTheSame(one, placement, tree))
    const continuesEpoch =
      followsEpoch(basis, placement.parent, tree) && holds(ccp.epoch, { placement, tree, shelved })
    const reach = { request, targets: request.targets, epoch: ccp.epoch, continuesEpoch, summaries }
    const path = await this.#path(basis, parent, reach, recent.path)
    // None is added after one that runs.
    recent.path = path.at(-1)?.status === 'in_progress' ? path.slice(0, -1) : path
    return {
      placement,
      parent,
      path: withFailedHead(path, parent, basis),
      instructing:
        parent?.instructed_by === instructed?.id
          ? instructed
          : await this.#instructing(basis, parent),
      pinned: await this.#pinned(basis, parent, tree, path),
      continuesEpoch,
      summaries: summaries.map(epochSummary),
    }
  }

  /** The turn that the request itself chooses; undefined if it chooses none. */
  async #chosen(basis: TurnBasis, request: TurnRequest): Promise<Turn | undefined> {
    const choice = choiceOf(request)
    if (choice === undefined) return undefined
    const { head } = basis.conversation.ccp
    const turn = await this.#turn(basis, choice.id === 'last' ? head : choice.id)
    if (turn === undefined) throw invalidField(choice.param, 'the conversation has no such turn.')
    return turn
  }

  async #turn(basis: TurnBasis, id: string | null): Promise<Turn | undefined> {
    if (id === null) return undefined
    const { conversation, instructing, path } = basis
    const known = instructing?.id === id ? instructing : path.findLast((turn) => turn.id === id)
    return known ?? this.#store.turn(conversation.ccp.tenant, conversation.id, id)
  }

  #instructing(basis: TurnBasis, turn: Turn | undefined): Promise<Turn | undefined> {
    return this.#turn(basis, turn?.instructed_by ?? null)
  }

  async #path(
    { conversation, path: toHead }: TurnBasis,
    parent: Turn | undefined,
    reach: Parameters<typeof reachesFarEnough>[1],
    recent: readonly Turn[],
  ): Promise<readonly Turn[]> {
    if (parent === undefined) return []
    const known = toHead.findIndex(({ id }) => id === parent.id)
    const end = knownEnd(recent, known === -1 ? [parent] : toHead.slice(0, known + 1))
    let { before } = end
    let from = before.length
    let max = firstPage
    for (;;) {
      const path = [...before.slice(from), ...end.turns]
      const to = path[0]?.parent ?? null
      if (to === null || reachesFarEnough(path, reach)) return path
      if (from === 0) {
        const query = { to, max }
        const earlier = await this.#store.path(conversation.ccp.tenant, conversation.id, query)
        if (earlier.length === 0) return path
        before = earlier.concat(before)
        from = earlier.length
      }
      from = Math.max(0, from - max)
      max = Math.min(largestPage, max * 2)
    }
  }

  async #pinned(
    basis: TurnBasis,
    parent: Turn | undefined,
    tree: TurnTree,
    path: readonly Turn[],
  ): Promise<readonly Turn[]> {
    const { head, pinned } = basis.conversation.ccp
    if (pinned.length === 0 || parent === undefined) return []
    const isThere = (id: string) => path.some((turn) => turn.id === id)
    if (parent.id === head) return basis.pinned.filter(({ id }) => !isThere(id))
    const ancestors = new Set(Array.from(tree.upFrom(parent.id), ({ id }) => id))
    const wanted = pinned.filter((id) => ancestors.has(id) && !isThere(id))
    const turns = await Promise.all(wanted.map((id) => this.#turn(basis, id)))
    return turns.filter((turn) => turn !== undefined).toSorted((one, other) => one.seq - other.seq)
  }
}

/**
 * The end of a path that was read, as the objects that this process knows, by which it recognises what
 * it has planned; and what it knows of the path before that.
 */
function knownEnd(
  recent: readonly Turn[],
  read: readonly Turn[],
): { readonly before: readonly Turn[]; readonly turns: readonly Turn[] } {
  const [first] = read
  const at = recent.findLastIndex(({ id }) => id === first?.id)
  if (at === -1) {
    const end = recent.findLastIndex(({ id }) => id === first?.parent) + 1
    return { before: recent.slice(0, end), turns: read }
  }
  const turns = read.map((turn, index) => {
    const known = recent[at + index]
    return known?.id === turn.id ? known : turn
  })
  return { before: recent.slice(0, at), turns }
}

/**
 * Whether a turn that follows `parent` continues the epoch of the head: it branches off the way
 * there, and not before the epoch's first turn.
 */
function followsEpoch({ conversation }: TurnBasis, parent: string | null, tree: TurnTree): boolean {
  const { epoch, head } = conversation.ccp
  if (parent === head) return true
  const { from_turn: from } = epoch
  const toHead = Array.from(tree.upFrom(head), ({ id }) => id)
  const isOnTheWay = parent === null || toHead.includes(parent)
  if (!isOnTheWay || from === null) return isOnTheWay
  // Of a long path, only its end may be known: then the epoch began before it.
  const begun = toHead.indexOf(from)
  return parent !== null && (begun === -1 || begun >= toHead.indexOf(parent))
}

/** Whether the turns that a summary covers are those that the caller has. */
function tellsTheSame(
  summary: EpochSummary,
  { asSent, leftOut }: Placement,
  tree: TurnTree,
): boolean {
  if (!leavesOutTheSame(summary.left_out, leftOut)) return false
  return ![...asSent.keys()].some((id) => (tree.get(id)?.seq ?? 0) <= summary.to_seq)
}

/** Whether what the epoch has in place of turns can stay there; one that was deleted cannot. */
function holds(
  { summary }: EpochState,
  {
    placement,
    shelved,
    tree,
  }: {
    readonly placement: Placement
    readonly shelved: ShelvedSummaries
    readonly tree: TurnTree
  },
): boolean {
  if (summary === undefined) return true
  const isKept = !shelved.isKnown || shelved.versions.has(summary.id)
  return isKept && tellsTheSame(summary, placement, tree)
}

/**
 * A turn that came to nothing is followed by none, but the tool outputs in it may still be needed, and
 * the plan says why it is left out.
 */
function withFailedHead(
  path: readonly Turn[],
  parent: Turn | undefined,
  { path: toHead }: TurnBasis,
): readonly Turn[] {
  const head = toHead.at(-1)
  if (head === undefined || head.parent !== (parent?.id ?? null)) return path
  return leftOutReason(head, new Set()) === undefined ? path : [...path, head]
}

/**
 * The newest turn that may have successors, and what follows it. New input is compared with no more:
 * a question that is asked again is looked for where it is the only one.
 */
function newestTurns(path: readonly Turn[]): readonly Turn[] {
  const newest = path.findLastIndex((turn) => leftOutReason(turn, new Set()) === undefined)
  return newest === -1 ? path : path.slice(newest)
}
