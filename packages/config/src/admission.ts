import { Consumer } from '@fairlead/api'
import { type ResourceType, timestamp, type TypedObject } from '@fairlead/kube-core'
import { ChangedConditions } from './changed-conditions.ts'
import type { ResourceConditions } from './compile-result.ts'
import type { CompileOptions } from './compiler.ts'
import { CurrentResources } from './current-resources.ts'
import { keysAt, keysCondition } from './kinds/consumer/keys-condition.ts'
import { ResourceJudge } from './resource-judge.ts'
import type { ResourceSet } from './resource-set.ts'

/** As many as a person reads. */
const warningsMax = 8
/** In characters: all of them go into one header. */
const warningLengthMax = 500

/** What whoever writes a resource is told. */
export interface Admission {
  /** Why the write is refused, each beginning with the path of a field; empty if it is not. */
  readonly problems: readonly string[]
  /** At most eight of 500 characters. */
  readonly warnings: readonly string[]
}

const admitted = (warnings: readonly string[]): Admission => ({
  problems: [],
  warnings: bounded([...new Set(warnings)]),
})

/** What makes a condition False that whoever writes the resource can mend. */
const toldReasons = ['Conflicted', 'PathConflict', 'NotAllowedByGateway']

/**
 * Judges writes by what they would do to the configuration, in the words of the conditions that would
 * tell of it. Refused is only what makes a resource invalid by itself, and only if this very write
 * does: an object that was already stored so can be written, labelled and deleted as before. Not
 * refused is what only this version does not serve. What depends on others may be written a moment later, so it is a warning at most, and none where the
 * other is not there yet.
 */
export class ConfigurationAdmission {
  readonly #judge: ResourceJudge
  readonly #changes: ChangedConditions

  /** @param resources what there is now, in the current shape */
  constructor(resources: ResourceSet, options: CompileOptions) {
    this.#judge = new ResourceJudge(options)
    this.#changes = new ChangedConditions(resources, options)
  }

  /** A resource that is created, or updated from `before`; `nowMs` is Unix milliseconds. */
  written(
    type: ResourceType,
    written: TypedObject,
    before: TypedObject | undefined,
    nowMs: number,
  ): Admission {
    const [after = written] = new CurrentResources(<T>() => [dated(written, nowMs) as T]).list(type)
    const judged = this.#judge.judge(after)
    if (judged === undefined) return admitted([])
    const { invalid, unserved, unsupported, shadowed } = judged
    const known = (before && this.#judge.judge(before)?.invalid) ?? []
    const problems = invalid.filter((one) => !known.includes(one) && !unserved.includes(one))
    if (problems.length > 0) return { problems, warnings: [] }
    const change = this.#changes.of(type, after, [after])
    return admitted([
      ...invalid.map((problem) => `it has no effect, because it is invalid: ${problem}`),
      ...unsupported.map((field) => `not implemented yet: ${field}`),
      ...(change.own ? refusals(change.own.after) : []),
      ...(change.own ? notices(change.own, shadowed) : shadowed),
      ...expiredKeys(after, nowMs),
      ...change.losses,
    ])
  }

  /** A resource that is deleted. */
  deleted(type: ResourceType, resource: TypedObject): Admission {
    return admitted(this.#changes.of(type, resource, []).losses)
  }
}

/** With the time at which it will have been created: the older of two resources wins. */
function dated(resource: TypedObject, nowMs: number): TypedObject {
  if (resource.metadata.creationTimestamp !== undefined) return resource
  return { ...resource, metadata: { ...resource.metadata, creationTimestamp: timestamp(nowMs) } }
}

function refusals({ conditions, gateways, targets }: ResourceConditions): readonly string[] {
  const all = [
    ...conditions,
    ...[...(gateways ?? []), ...(targets ?? [])].flatMap((at) => at.conditions),
  ]
  return all.flatMap(({ status, reason, message }) =>
    status === 'False' && toldReasons.includes(reason) ? [message] : [],
  )
}

/** A resource that was just created is not used yet; what is shadowed may be known without a gateway. */
function notices(
  { before, after }: { readonly before?: ResourceConditions; readonly after: ResourceConditions },
  shadowed: readonly string[],
): readonly string[] {
  const wasUnused = before?.notices?.some(({ reason }) => reason === 'Unused') ?? false
  const told = (after.notices ?? []).filter(({ reason }) => reason !== 'Unused' || wasUnused)
  const texts = told.map(({ message }) => message)
  return told.some(({ reason }) => reason === 'Shadowed') ? texts : [...shadowed, ...texts]
}

function expiredKeys(resource: TypedObject, nowMs: number): readonly string[] {
  if (resource.kind !== Consumer.kind) return []
  const condition = keysCondition(keysAt((resource as Consumer).spec.apiKeys, nowMs))
  return condition?.status === 'False' ? [condition.message] : []
}

function bounded(warnings: readonly string[]): readonly string[] {
  const named = warnings.length > warningsMax ? warnings.slice(0, warningsMax - 1) : warnings
  const more = warnings.length - named.length
  const texts = named.map((text) => text.slice(0, warningLengthMax))
  return more > 0 ? [...texts, `and ${more} more`] : texts
}
