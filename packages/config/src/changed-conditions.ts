import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { CompileResult, ResourceConditions } from './compile-result.ts'
import { createCompiler, type CompileOptions, type Compiler } from './compiler.ts'
import type { PlannedCondition } from './judging/conditions.ts'
import { isWarning } from './judging/notices.ts'
import type { ResourceSet } from './resource-set.ts'
import { keyOf } from './values/resource-key.ts'

/** What one write would change. */
interface ConditionChange {
  /** Conditions of the resource that is written; undefined when it is deleted. */
  readonly own:
    { readonly before?: ResourceConditions; readonly after: ResourceConditions } | undefined
  /** What would no longer hold of others, each beginning with whose condition it is. */
  readonly losses: readonly string[]
}

/** Tells what writes would do to conditions, before they are stored. */
export class ChangedConditions {
  readonly #resources: ResourceSet
  readonly #compiler: Compiler

  /** @param resources what there is now, in the current shape */
  constructor(resources: ResourceSet, options: CompileOptions) {
    this.#resources = resources
    this.#compiler = createCompiler(options)
  }

  /** With `replaced` in the place of the resource: the new one, or nothing if it is deleted. */
  of(type: ResourceType, resource: TypedObject, replaced: readonly TypedObject[]): ConditionChange {
    const before = this.#compiler.compile(this.#resources)
    const after = this.#compiler.compile(this.#with(type, resource, replaced))
    const key = keyOf(resource)
    const was = before.conditionsByKind.get(type.kind)?.get(key)
    const is = after.conditionsByKind.get(type.kind)?.get(key)
    const isDeletion = replaced.length === 0
    return {
      own: is && { ...(was && { before: was }), after: is },
      losses: before.conditions.flatMap((one) =>
        one === was ? [] : lossesOf(one, counterpartOf(one, after), isDeletion),
      ),
    }
  }

  #with(type: ResourceType, resource: TypedObject, replaced: readonly TypedObject[]): ResourceSet {
    const key = keyOf(resource)
    const resources = this.#resources
    return {
      list<T extends TypedObject>(asked: ResourceType<T>): readonly T[] {
        const found = resources.list(asked)
        if (asked.kind !== type.kind) return found
        return [...found.filter((one) => keyOf(one) !== key), ...(replaced as T[])]
      },
    }
  }
}

function counterpartOf(
  { kind, namespace, name }: ResourceConditions,
  { conditionsByKind }: CompileResult,
): ResourceConditions | undefined {
  return conditionsByKind.get(kind)?.get(`${namespace}/${name}`)
}

function lossesOf(
  before: ResourceConditions,
  after: ResourceConditions | undefined,
  isDeletion: boolean,
): readonly string[] {
  if (after === undefined || before === after) return []
  const earlier = new Map(before.conditions.map((condition) => [condition.type, condition]))
  const lost = after.conditions.filter((condition) =>
    isLoss(earlier.get(condition.type), condition, isDeletion),
  )
  return [...lost.map(({ message }) => message), ...newNotices(before, after)].map(
    (message) => `${after.kind} ${after.namespace}/${after.name}: ${message}`,
  )
}

/** What held and no longer does; of references, also one more that leads nowhere. */
function isLoss(
  before: PlannedCondition | undefined,
  after: PlannedCondition,
  isDeletion: boolean,
): boolean {
  if (before === undefined || after.status !== 'False' || !isWarning(after)) return false
  if (before.status !== 'False') return true
  return isDeletion && after.type === 'ResolvedRefs' && after.message !== before.message
}

/** That nothing uses a provider any more is none: it may be used or removed a moment later. */
function newNotices(before: ResourceConditions, after: ResourceConditions): readonly string[] {
  if (!isAccepted(before) || !isAccepted(after)) return []
  const known = new Set(before.notices?.map(({ message }) => message))
  return (after.notices ?? [])
    .filter(({ reason, message }) => reason !== 'Unused' && !known.has(message))
    .map(({ message }) => message)
}

const isAccepted = ({ conditions }: ResourceConditions): boolean =>
  conditions.some(({ type, status }) => type === 'Accepted' && status === 'True')
