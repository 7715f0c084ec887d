import { mainBranch, type Conversation } from './conversation.ts'

/** What a branch may be called, in words. */
export const branchNameRule =
  'it must have 1 to 64 letters, digits, "_", "." or "-", and begin with a letter or a digit.'

export function isBranchName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)
}

/** The newest turn of a branch; undefined if there is no such branch, null if it has no turn yet. */
export function headOf({ ccp }: Conversation, branch: string): string | null | undefined {
  if (Object.hasOwn(ccp.branches, branch)) return ccp.branches[branch]
  return branch === ccp.branch ? ccp.head : undefined
}

/**
 * What selecting a branch, or another newest turn of it, changes. The epoch goes on only where the
 * next prompt proves to begin as its prompts did.
 */
export function selection(
  { epoch }: Conversation['ccp'],
  branch: string,
  head: string | null,
): Pick<Conversation['ccp'], 'branch' | 'epoch' | 'head'> {
  return { branch, head, epoch: { ...epoch, from_turn: null, cut_for: null, rule: '' } }
}

/** A name that no branch has: `branch-2` and so on. */
export function freeBranchName(conversation: Conversation): string {
  for (let number = Object.keys(conversation.ccp.branches).length + 1; ; number++) {
    const name = `branch-${number}`
    if (name !== mainBranch && headOf(conversation, name) === undefined) return name
  }
}
