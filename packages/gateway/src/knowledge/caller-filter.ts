import { arrayOrEmpty, isJsonObject } from '@fairlead/base'
import type { MetadataFilter, MetadataValue } from '@fairlead/knowledge'
import type { KnowledgeBaseSettings, MetadataRule } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'

/** What a rule is decided by: what is known of a caller, and nothing that it says in a call. */
export type FilteredCaller = Pick<
  Caller,
  'name' | 'namespace' | 'groups' | 'metadata' | 'claims' | 'consumer'
>

/** Whether a caller may search a knowledge base at all. */
export function maySearch(
  { access }: Pick<KnowledgeBaseSettings, 'access'>,
  { groups }: Pick<Caller, 'groups'>,
): boolean {
  return access.groups.some((group) => group === '*' || groups.has(group))
}

/**
 * The filter of a rule for one caller; `nothing` where it can find no passage. What a caller lacks,
 * such as a claim, passes no comparison.
 */
export function callerFilter(
  rule: MetadataRule,
  caller: FilteredCaller,
): MetadataFilter | 'nothing' {
  if ('conditions' in rule) {
    const filters = rule.conditions.map((one) => callerFilter(one, caller))
    const possible = filters.filter((one) => one !== 'nothing')
    const isPossible =
      rule.type === 'and' ? possible.length === filters.length : possible.length > 0
    return isPossible ? { type: rule.type, filters: possible } : 'nothing'
  }
  const { key, operand, type } = rule
  const value = 'constant' in operand ? operand.constant : valueAt(operand.path, caller)
  if (type === 'in' || type === 'nin') {
    const values = arrayOrEmpty(value).filter(
      (one): one is string | number => typeof one === 'string' || typeof one === 'number',
    )
    // Of a caller without any, that it be none of them is no permission.
    return values.length === 0 ? 'nothing' : { type, key, value: values }
  }
  return isComparable(value) ? { type, key, value } : 'nothing'
}

function valueAt([root, ...names]: readonly string[], caller: FilteredCaller): unknown {
  if (root === 'claims') return below(caller.claims, names)
  const { groups, metadata } = caller
  // A caller without a Consumer has no name that an author could have meant.
  const named = caller.consumer === '' ? {} : { name: caller.name, namespace: caller.namespace }
  return below({ ...named, groups: [...groups], metadata }, names)
}

function below(value: unknown, names: readonly string[]): unknown {
  return names.reduce(
    (inner, name) => (isJsonObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    value,
  )
}

function isComparable(value: unknown): value is MetadataValue {
  return ['string', 'number', 'boolean'].includes(typeof value)
}
