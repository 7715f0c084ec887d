import { silentLogger } from '@fairlead/base'
import type { KubernetesObject } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'
import type { Client } from '../client/client.ts'
import { keyOf, keyText } from '../object-key.ts'
import { AppliedObjects } from './applied-objects.ts'
import type { ChildDeclaration } from './child-declaration.ts'
import { judged, type ChildStep } from './child-step.ts'
import { decideChild } from './decide-child.ts'
import type { OperatorDeclaration } from './operator-declaration.ts'
import { listedObjects } from './owner-objects.ts'
import type { OwnerRun } from './owner-run.ts'
import type { ApplyCause, ChildAction } from './plan-child.ts'
import { observeChild, summary, type ReconciledChild } from './reconcile-child.ts'

/** What an operator would do about one object of a child. */
export interface PlannedAction {
  readonly child: string
  readonly verb: 'apply' | 'keep' | 'delete' | 'wait' | 'refuse'
  /** What would be applied, or what there is; undefined if the child waits for another. */
  readonly object?: KubernetesObject
  /** Why it would be applied. */
  readonly cause?: ApplyCause
  /** Why it waits, or is refused. */
  readonly message?: string
}

/**
 * What the operator would do about the children of an owner, if there were these objects around it:
 * nothing is read from elsewhere, unless by the author's functions, and nothing is done.
 */
export async function planOperator(
  operator: OperatorDeclaration,
  environment: { readonly client: Client; readonly cache: Cache },
  owner: KubernetesObject,
  objects: readonly KubernetesObject[],
): Promise<readonly PlannedAction[]> {
  const { controller, fieldManager, ownerType } = operator
  const children: Record<string, ReconciledChild> = {}
  const run: OwnerRun = {
    controller,
    fieldManager,
    ownerType,
    owner,
    key: keyText(keyOf(owner)),
    objects: listedObjects(objects, owner),
    // Of nobody: what was applied is told by the objects themselves.
    applied: new AppliedObjects({ monotonicMs: () => 0 }),
    claimed: new Map(),
    context: {
      ...environment,
      log: silentLogger,
      signal: new AbortController().signal,
      children,
      event: () => {},
    },
  }
  const planned: PlannedAction[] = []
  for (const declaration of operator.children) {
    const { name } = declaration
    const decision = await decideChild(declaration, run)
    if (decision.waitsFor !== undefined) {
      const message = `${name} waits for ${decision.waitsFor}`
      planned.push({ child: name, verb: 'wait', message })
      children[name] = observeChild(declaration, run)
      continue
    }
    const { actions, isWanted } = decision
    planned.push(...actions.map((action) => described(name, action)))
    const steps = actions.map((action) => foreseen(action, declaration))
    children[name] = summary(steps, isWanted)
  }
  return planned
}

function described(child: string, action: ChildAction): PlannedAction {
  const { verb } = action
  switch (action.verb) {
    case 'apply':
      return { child, verb, object: action.desired, cause: action.cause }
    case 'refuse':
      return { child, verb, message: action.error.message }
    case 'wait':
      return { child, verb, object: action.actual, message: action.message }
    case 'keep':
    case 'delete':
      return { child, verb, object: action.actual }
  }
}

/** What would become of it at once: of what is applied, as if it had no status yet. */
function foreseen(action: ChildAction, declaration: ChildDeclaration): ChildStep {
  switch (action.verb) {
    case 'apply':
      return judged(action.desired, declaration)
    case 'keep':
      return judged(action.actual, declaration)
    case 'delete':
      return { state: 'ready', message: '' }
    case 'wait':
      return { object: action.actual, state: 'progressing', message: action.message }
    case 'refuse':
      return { state: 'failed', message: action.error.message }
  }
}
