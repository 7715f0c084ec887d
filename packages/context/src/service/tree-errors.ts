import { ModelError } from '@fairlead/llm'
import { branchesMax, pinnedMax } from '../turns/conversation.ts'

/** What is asked for needs a turn that has ended. */
export function turnRunning(turnId: string, param?: string): ModelError {
  return new ModelError(
    'invalid-request',
    `Turn '${turnId}' is running. Wait until it has ended, then try again.`,
    { code: 'turn_running', ...(param === undefined ? {} : { param }) },
  )
}

export function branchNotFound(name: string, param?: string): ModelError {
  return new ModelError(
    'not-found',
    `The conversation has no branch '${name}'. GET it: ccp.branches lists them.`,
    { code: 'branch_not_found', ...(param === undefined ? {} : { param }) },
  )
}

export function branchExists(name: string): ModelError {
  return new ModelError('conflict', `The conversation has a branch '${name}' already.`, {
    code: 'branch_exists',
    param: 'name',
  })
}

export function branchSelected(name: string): ModelError {
  return new ModelError(
    'conflict',
    `Branch '${name}' is the selected one. Select another, then delete it.`,
    { code: 'branch_selected' },
  )
}

export function tooManyBranches(): ModelError {
  return new ModelError(
    'invalid-request',
    `A conversation has at most ${branchesMax} branches. Delete one that is not needed: its turns stay.`,
    { code: 'too_many_branches' },
  )
}

export function tooManyPins(): ModelError {
  return new ModelError(
    'invalid-request',
    `A conversation has at most ${pinnedMax} pinned turns. Unpin one first.`,
    { code: 'too_many_pins' },
  )
}

/** It cannot be understood without the turns beside it. */
export function turnNotPinnable(turnId: string): ModelError {
  return new ModelError(
    'invalid-request',
    `Turn '${turnId}' is part of a tool loop, or nobody asked anything in it. Pin a turn in which a user asks and the model answers.`,
    { code: 'turn_not_pinnable' },
  )
}
