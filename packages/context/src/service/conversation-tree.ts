import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { ConversationReference } from './change-conversation.ts'

/**
 * The turns of a conversation as a tree, and its branches. Unknown turns and branches are a
 * ModelError 404 (`turn_not_found`, `branch_not_found`); other errors are those of
 * `changeConversation`.
 */
export interface ConversationTree {
  /** Turns by seq, of all branches or of the path of one. */
  turns(tenant: string, id: string, page: TurnPageRequest): Promise<TurnPage>
  turn(tenant: string, id: string, turnId: string): Promise<Turn>
  /**
   * Makes a branch whose newest turn is one that the conversation has. Throws a ModelError: 400
   * `invalid_value` for an unknown turn or a wrong name, `turn_running`, `too_many_branches`; 409
   * `branch_exists`.
   */
  fork(conversation: ConversationReference, fork: ForkRequest): Promise<Conversation>
  /** Selects the branch that new input continues. */
  selectBranch(conversation: ConversationReference, branch: string): Promise<Conversation>
  /**
   * Makes a turn that has ended the newest of its branch: it selects the branch that ends with it,
   * or, where none does, moves the selected one there. Turns after it stay in the tree.
   */
  selectTurn(conversation: ConversationReference, turnId: string): Promise<Conversation>
  renameBranch(
    conversation: ConversationReference,
    branch: string,
    name: string,
  ): Promise<Conversation>
  /** Its turns stay in the tree. Throws a ModelError 409 `branch_selected` for the selected one. */
  removeBranch(conversation: ConversationReference, branch: string): Promise<Conversation>
  /**
   * Pins a turn that has ended, or no longer: prompts of its branches keep it although the strategy
   * would leave it out. Throws a ModelError 400 `turn_running`, `too_many_pins`, and
   * `turn_not_pinnable` for one that is part of a tool loop.
   */
  pin(conversation: ConversationReference, turnId: string, pinned: boolean): Promise<Conversation>
}

export interface ForkRequest {
  /** The newest turn of the selected branch when left out. */
  readonly fromTurn?: string | undefined
  /** `branch-2` and so on when left out. */
  readonly name?: string | undefined
  /** Whether new input continues the new branch. */
  readonly select: boolean
}

export interface TurnPageRequest {
  /** 1 to 100; 20 when left out. */
  readonly limit?: number
  /** `desc` (newest first) when left out. */
  readonly order?: 'asc' | 'desc'
  /** Turn id to continue after. */
  readonly after?: string
  /** Name of the branch whose path is meant; all turns when left out. */
  readonly branch?: string | undefined
}

export interface TurnPage {
  readonly conversation: Conversation
  readonly turns: readonly Turn[]
  readonly hasMore: boolean
}
