import { invalidField } from '@fairlead/llm'
import type { TurnStore } from '../stores/turn-store.ts'
import {
  branchNameRule,
  freeBranchName,
  headOf,
  isBranchName,
  selection,
} from '../turns/branch-name.ts'
import { branchesMax, pinnedMax, type Conversation } from '../turns/conversation.ts'
import { isUserMessage } from '../turns/item-kind.ts'
import type { Turn } from '../turns/turn.ts'
import {
  changeConversation,
  type ConversationEdit,
  type ConversationReference,
} from './change-conversation.ts'
import { conversationNotFound, turnNotFound } from './conversation-errors.ts'
import type {
  ConversationTree,
  ForkRequest,
  TurnPage,
  TurnPageRequest,
} from './conversation-tree.ts'
import {
  branchExists,
  branchNotFound,
  branchSelected,
  tooManyBranches,
  tooManyPins,
  turnNotPinnable,
  turnRunning,
} from './tree-errors.ts'

const defaultLimit = 20
const limitMax = 100

/** The tree of each conversation of one store. */
export class TreeService implements ConversationTree {
  readonly #store: TurnStore

  /** `store` has a deadline on every operation. */
  constructor(store: TurnStore) {
    this.#store = store
  }

  async turns(tenant: string, id: string, request: TurnPageRequest): Promise<TurnPage> {
    const { limit = defaultLimit, order = 'desc', after, branch } = request
    if (!Number.isInteger(limit) || limit < 1 || limit > limitMax) {
      throw invalidField('limit', `it is ${limit}, but must be between 1 and ${limitMax}.`)
    }
    const conversation = await this.#store.conversation(tenant, id)
    if (conversation === undefined) throw conversationNotFound(id)
    const head = branch === undefined ? undefined : headOf(conversation, branch)
    if (branch !== undefined && head === undefined) throw branchNotFound(branch, 'branch')
    if (head === null) return { conversation, turns: [], hasMore: false }
    const page = await this.#store.turnPage(tenant, id, {
      limit,
      order,
      ...(after === undefined ? {} : { after }),
      ...(head === undefined ? {} : { pathTo: head }),
    })
    if (page.outcome === 'missing') throw conversationNotFound(id)
    if (page.outcome === 'unknown-after') throw turnNotFound(after ?? '')
    return { conversation, turns: page.entries, hasMore: page.hasMore }
  }

  async turn(tenant: string, id: string, turnId: string): Promise<Turn> {
    const turn = await this.#store.turn(tenant, id, turnId)
    if (turn !== undefined) return turn
    const isThere = (await this.#store.conversation(tenant, id)) !== undefined
    throw isThere ? turnNotFound(turnId) : conversationNotFound(id)
  }

  fork(reference: ConversationReference, request: ForkRequest): Promise<Conversation> {
    return changeConversation(this.#store, reference, async (before) => {
      const { ccp } = before
      const { name = freeBranchName(before), fromTurn = ccp.head, select } = request
      if (!isBranchName(name)) throw invalidField('name', branchNameRule)
      if (headOf(before, name) !== undefined) throw branchExists(name)
      if (fromTurn === null) {
        throw invalidField('from_turn', 'the conversation has no turn to branch from yet.')
      }
      await this.#endedTurn(reference, fromTurn, 'from_turn')
      if (Object.keys(ccp.branches).length >= branchesMax) throw tooManyBranches()
      const branches = { ...ccp.branches, [name]: fromTurn }
      return { ccp: { branches, ...(select ? selection(ccp, name, fromTurn) : {}) } }
    })
  }

  selectBranch(reference: ConversationReference, branch: string): Promise<Conversation> {
    return changeConversation(this.#store, reference, (before) => {
      const head = headOf(before, branch)
      if (head === undefined) throw branchNotFound(branch, 'branch')
      return branch === before.ccp.branch ? undefined : { ccp: selection(before.ccp, branch, head) }
    })
  }

  selectTurn(reference: ConversationReference, turnId: string): Promise<Conversation> {
    return changeConversation(this.#store, reference, async ({ ccp }) => {
      await this.#endedTurn(reference, turnId, 'turn')
      if (ccp.head === turnId) return undefined
      const ending = Object.entries(ccp.branches).find(([, head]) => head === turnId)
      const branch = ending?.[0] ?? ccp.branch
      const branches = { ...ccp.branches, [branch]: turnId }
      return { ccp: { branches, ...selection(ccp, branch, turnId) } }
    })
  }

  renameBranch(
    reference: ConversationReference,
    branch: string,
    name: string,
  ): Promise<Conversation> {
    return changeConversation(this.#store, reference, (before) => {
      if (headOf(before, branch) === undefined) throw branchNotFound(branch)
      if (!isBranchName(name)) throw invalidField('name', branchNameRule)
      if (name === branch) return undefined
      if (headOf(before, name) !== undefined) throw branchExists(name)
      const { ccp } = before
      const renamed = Object.entries(ccp.branches).map(
        ([one, head]) => [one === branch ? name : one, head] as const,
      )
      return {
        ccp: {
          branches: Object.fromEntries(renamed),
          branch: ccp.branch === branch ? name : ccp.branch,
        },
      }
    })
  }

  removeBranch(reference: ConversationReference, branch: string): Promise<Conversation> {
    return changeConversation(this.#store, reference, (before) => {
      if (headOf(before, branch) === undefined) throw branchNotFound(branch)
      if (branch === before.ccp.branch) throw branchSelected(branch)
      const left = Object.entries(before.ccp.branches).filter(([name]) => name !== branch)
      return { ccp: { branches: Object.fromEntries(left) } }
    })
  }

  pin(reference: ConversationReference, turnId: string, pinned: boolean): Promise<Conversation> {
    return changeConversation(
      this.#store,
      reference,
      async ({ ccp }): Promise<ConversationEdit | undefined> => {
        const turn = await this.#store.turn(reference.tenant, reference.id, turnId)
        if (turn === undefined) throw turnNotFound(turnId)
        if (turn.status === 'in_progress') throw turnRunning(turnId)
        if (turn.pinned === pinned) return undefined
        if (pinned && !standsAlone(turn)) throw turnNotPinnable(turnId)
        if (pinned && ccp.pinned.length >= pinnedMax) throw tooManyPins()
        const others = ccp.pinned.filter((id) => id !== turnId)
        return {
          ccp: { pinned: pinned ? [...others, turnId] : others },
          rewritten: [{ ...turn, pinned }],
        }
      },
    )
  }

  /** Throws for a turn in the field `param` that is unknown or running. */
  async #endedTurn(
    { tenant, id }: ConversationReference,
    turnId: string,
    param: string,
  ): Promise<void> {
    const turn = await this.#store.turn(tenant, id, turnId)
    if (turn === undefined) throw invalidField(param, 'the conversation has no such turn.')
    if (turn.status === 'in_progress') throw turnRunning(turnId, param)
  }
}

/** Whether a prompt can have the turn without those beside it: a user asked, and no tool was called. */
function standsAlone({ input, output }: Turn): boolean {
  const isOfLoop = [...input, ...output].some(({ type }) => type.startsWith('function_call'))
  return input.some(isUserMessage) && !isOfLoop
}
