import { headOf, selection } from '../turns/branch-name.ts'
import type { Conversation } from '../turns/conversation.ts'
import { branchNotFound } from './tree-errors.ts'

/** The conversation with the branch selected that a request chooses. Throws 404 `branch_not_found`. */
export function onChosenBranch(
  conversation: Conversation,
  branch: string | undefined,
): Conversation {
  const { ccp } = conversation
  if (branch === undefined || branch === ccp.branch) return conversation
  const head = headOf(conversation, branch)
  if (head === undefined) throw branchNotFound(branch, 'context.branch')
  return { ...conversation, ccp: { ...ccp, ...selection(ccp, branch, head) } }
}
