import type { RoutingPolicy } from '@fairlead/api'
import type { ApplyOf } from '@fairlead/controller-runtime'
import type { ConversionNotes } from './conversion-notes.ts'
import type { Deployment } from './deployment.ts'
import type { Fallbacks } from './fallbacks.ts'
import { type ModelGroup, type ModelGroups, wildcardSource } from './model-groups.ts'
import { nameOf, UniqueNames } from './names.ts'
import type { ProviderBook } from './provider-book.ts'
import type { RetrySettings } from './retry-settings.ts'
import { targetWeights } from './target-weights.ts'
import { modelFor, wildcardTargetModel } from './wildcard-models.ts'

/** One of `spec.rules` of a RoutingPolicy as a manifest has it. */
export type RuleDraft = NonNullable<NonNullable<ApplyOf<RoutingPolicy>['spec']>['rules']>[number]

const targetsMax = 32

/** The header in which LiteLLM's callers name tags. */
const tagHeader = 'x-litellm-tags'
/** The tag of deployments for calls without one. */
const defaultTag = 'default'

/** What rules are made with. */
interface RoutingParts {
  readonly groups: ModelGroups
  readonly providers: ProviderBook
  /** LLMProviders by deployment. */
  readonly providerOf: ReadonlyMap<Deployment, string>
  readonly fallbacks: Fallbacks
  readonly retries: RetrySettings
  readonly strategy: RuleDraft['strategy']
  readonly hasTags: boolean
  readonly notes: ConversionNotes
}

interface Target {
  readonly provider: string
  readonly model: string | undefined
  /** Undefined: 1. */
  readonly weight: number | undefined
}

/** A rule for each group, and for each tag of its deployments; exact names first, then longer patterns. */
export function routingRules(parts: RoutingParts): readonly RuleDraft[] {
  const names = new UniqueNames()
  const ordered = parts.groups
    .reached()
    .toSorted((a, b) => patternLength(b.name) - patternLength(a.name))
  return ordered.flatMap((group) => rulesOf(group, parts, names))
}

/** That a call has a tag, alone or among others, as LiteLLM's callers name them. */
function tagCondition(tag: string): string {
  const header = `request.headers['${tagHeader}']`
  return `'${tagHeader}' in request.headers && ${header}.split(',').exists(tag, tag.trim() == ${celText(tag)})`
}

function celText(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}

/** Exact names are longer than any pattern. */
function patternLength(name: string): number {
  return name.includes('*') ? name.length : Number.POSITIVE_INFINITY
}

function rulesOf(group: ModelGroup, parts: RoutingParts, names: UniqueNames): readonly RuleDraft[] {
  const tags = parts.hasTags ? [...new Set(group.deployments.flatMap((each) => each.tags))] : []
  const forTags = tags
    .filter((tag) => tag !== defaultTag)
    .map((tag) => {
      const tagged = group.deployments.filter((each) => each.tags.includes(tag))
      const rule = ruleOf({ ...group, deployments: tagged }, parts, names, `${group.name}-${tag}`)
      const cel = [rule.match?.cel, tagCondition(tag)].filter((each) => each !== undefined)
      return { ...rule, match: { ...rule.match, cel: cel.join(' && ') } }
    })
  const untagged = group.deployments.filter((each) => each.tags.includes(defaultTag))
  const general = parts.hasTags && untagged.length > 0 ? { ...group, deployments: untagged } : group
  return [...forTags, ruleOf(general, parts, names, group.name)]
}

function ruleOf(
  group: ModelGroup,
  parts: RoutingParts,
  names: UniqueNames,
  hint: string,
): RuleDraft {
  const { targets: first, isPriority } = ownTargets(group, parts)
  tellOddities(group, isPriority, parts)
  const fallbacks = fallbackTargets(group, parts)
  const all = distinct([...first, ...fallbacks])
  const kept = all.slice(0, targetsMax)
  const [deployment] = group.deployments
  if (kept.length < all.length && deployment !== undefined) {
    parts.notes.add(
      'lost',
      deployment.place,
      `a rule has ${targetsMax} targets at most: the last ${all.length - kept.length} of ${group.name} are left out`,
    )
  }
  const retry = parts.retries.forGroup({
    name: group.name,
    targets: kept.length,
    hasFallbacks: fallbacks.length > 0,
    retries: retriesOf(group),
  })
  const targetNames = new UniqueNames()
  return {
    name: names.take(nameOf(hint)),
    match: matchOf(group),
    ...(isPriority ? { strategy: 'Priority' as const } : strategyOf(parts.strategy)),
    targets: kept.map(({ provider, model, weight }) => ({
      name: targetNames.take(
        targetNames.has(provider) ? nameOf(`${provider}-${model ?? 'any'}`) : provider,
      ),
      providerRef: { name: provider },
      ...(model === undefined ? {} : { model }),
      ...(weight === undefined || isPriority ? {} : { weight }),
    })),
    ...(retry === undefined ? {} : { retry }),
  }
}

/** What LiteLLM knows of each deployment, and a rule has for all of its targets. */
function tellOddities(group: ModelGroup, isPriority: boolean, parts: RoutingParts): void {
  const { hasTags, notes, strategy } = parts
  for (const { place, tags, retries } of group.deployments) {
    if (!hasTags && tags.length > 0) {
      notes.add(
        'lost',
        place,
        'without enable_tag_filtering, tags tell usage apart: here only callers and models do',
      )
    }
    if (retries !== undefined && retries !== retriesOf(group)) {
      notes.add(
        'changed',
        place,
        `all deployments of ${group.name} have the retries of the first that names some`,
      )
    }
    if (isPriority && strategy !== undefined && strategy !== 'Weighted') {
      notes.add(
        'changed',
        place,
        `${group.name} goes by the order of its deployments, and not by ${strategy}`,
      )
    }
  }
}

function retriesOf({ deployments }: ModelGroup): number | undefined {
  return deployments.find(({ retries }) => retries !== undefined)?.retries
}

function strategyOf(strategy: RuleDraft['strategy']): Pick<RuleDraft, 'strategy'> {
  return strategy === undefined || strategy === 'Weighted' ? {} : { strategy }
}

/** A trailing `*` is a pattern here too; any other one needs an expression. */
function matchOf({ name, aliases }: ModelGroup): NonNullable<RuleDraft['match']> {
  const star = name.indexOf('*')
  if (star === -1 || star === name.length - 1) {
    return { models: [name, ...aliases] }
  }
  const source = celText(`^${wildcardSource(name)}$`)
  return { models: [name.slice(0, star + 1)], cel: `request.model.matches(${source})` }
}

/**
 * The group's own targets. LiteLLM asks those of the smallest `order`, and further ones only where
 * these are of no use.
 */
function ownTargets(
  group: ModelGroup,
  { notes, providerOf, providers }: RoutingParts,
): { readonly targets: readonly Target[]; readonly isPriority: boolean } {
  const levels = [
    ...Map.groupBy(group.deployments, ({ order }) => order ?? Number.POSITIVE_INFINITY),
  ].toSorted(([a], [b]) => a - b)
  const isPriority = levels.length > 1 && levels.every(([, members]) => members.length === 1)
  const targets = levels.flatMap(([, members], level) => {
    const weights = targetWeights(members)
    if (level > 0 && members.length > 1) {
      notes.add(
        'changed',
        members[0]?.place ?? { line: 0, path: '' },
        `deployments of order ${members[0]?.order ?? 'none'} are asked one after the other, without shares`,
      )
    }
    return members.map((deployment, index) => {
      const provider = providerOf.get(deployment) ?? ''
      return {
        provider,
        model: wildcardTargetModel(group, deployment, provider, providers, notes),
        weight: level > 0 ? 0 : weights?.[index],
      }
    })
  })
  return { targets, isPriority }
}

function fallbackTargets(group: ModelGroup, parts: RoutingParts): readonly Target[] {
  return parts.fallbacks.of(group.name).flatMap(({ name, place }) => {
    const other = fallbackDeployments(name, parts)
    if (other.length === 0) {
      place.note('lost', `there is no model group ${JSON.stringify(name)} to fall back to`)
    }
    return other.map(({ deployment, model }) => ({
      provider: parts.providerOf.get(deployment) ?? '',
      model,
      weight: 0,
    }))
  })
}

/** The deployments of a group, or the one with this id. */
function fallbackDeployments(
  name: string,
  { groups }: RoutingParts,
): readonly { readonly deployment: Deployment; readonly model: string }[] {
  const group = groups.find(name)
  const named = group === undefined ? groups.withId(name) : undefined
  const members = named === undefined ? (group?.deployments ?? []) : [named]
  return members.map((deployment) => ({
    deployment,
    model: modelFor(name, deployment.group, deployment.model),
  }))
}

/** The same target once, with all of its shares. */
function distinct(targets: readonly Target[]): readonly Target[] {
  const found = new Map<string, Target>()
  for (const target of targets) {
    const key = `${target.provider} ${target.model ?? ''}`
    const known = found.get(key)
    if (known === undefined) found.set(key, target)
    else if (target.weight !== 0) {
      found.set(key, { ...known, weight: (known.weight ?? 1) + (target.weight ?? 1) })
    }
  }
  return [...found.values()]
}
