import type { LLMProviderSettings, ProviderModel, Route } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import type { AccessPlace, ResourceKind } from '../access/rules/access-rule.ts'
import { plainCall } from './plain-call.ts'
import type { Runtime } from './runtime.ts'

/** A model as lists show it, whatever their format. */
export interface ListedModel {
  readonly id: string
  /** The LLMProvider that declares it; `fairlead` for a name that the configuration gives. */
  readonly owner: string
  /** What the LLMProvider says of it; undefined for a name that the configuration gives. */
  readonly settings: ProviderModel | undefined
}

/** Every name that the caller may use, by name, in alphabetical order. */
export function listedModels(caller: Caller, runtime: Runtime): ReadonlyMap<string, ListedModel> {
  const found = new Map<string, ListedModel>()
  const access = accessOf(caller, runtime)
  const add = (id: string, owner: string, settings?: ProviderModel) => {
    if (!found.has(id) && access.mayUse(id)) found.set(id, { id, owner, settings })
  }
  for (const name of runtime.routes.modelNames) {
    if (access.reaches(name)) add(name, 'fairlead')
  }
  const { defaultModel } = runtime.snapshot.gateway
  if (defaultModel !== undefined) add(defaultModel, 'fairlead')
  for (const { settings } of runtime.defaultProviders) {
    for (const model of settings.models) {
      for (const id of [model.name, ...model.aliases]) {
        if (access.mayGoTo(settings, id)) add(id, settings.name, model)
      }
    }
  }
  return new Map([...found].toSorted(([left], [right]) => (left < right ? -1 : 1)))
}

/** Whether the caller could make a plain call to a model, if it exists. */
export function mayCallModel(model: string, caller: Caller, runtime: Runtime): boolean {
  return accessOf(caller, runtime).mayUse(model)
}

/** What a plain call of the caller would be allowed. */
interface ListedAccess {
  mayUse(model: string): boolean
  /** Whether it could go to this provider. */
  mayGoTo(provider: Pick<LLMProviderSettings, 'namespace' | 'name'>, model: string): boolean
  /** Whether some route of this name has a target that it could go to. */
  reaches(model: string): boolean
}

function accessOf(caller: Caller, { accessRules, snapshot }: Runtime): ListedAccess {
  const everywhere = { mayGoTo: () => true, reaches: () => true }
  if (accessRules === undefined) {
    return { ...everywhere, mayUse: (model) => caller.mayUseModel(model) }
  }
  const rules = accessRules.for(caller)
  const permits = (kind: ResourceKind, name: string, model: string, place: AccessPlace) => {
    const bindings = accessRules.haveConditions ? plainCall(caller, model) : undefined
    return rules.judge({ kind, name, place, bindings }).refusedBy === undefined
  }
  const mayUse = (model: string) => caller.mayUseModel(model) && permits('models', model, model, {})
  if (!rules.concernTargets) return { ...everywhere, mayUse }
  const isReachable = (provider: string, model: string) => {
    const place = { target: { provider, model } }
    return permits('providers', provider, model, place) && permits('models', model, model, place)
  }
  const providers = providersByModel(snapshot.routes)
  return {
    mayUse,
    mayGoTo: ({ namespace, name }, model) => isReachable(`${namespace}/${name}`, model),
    reaches: (model) =>
      [...(providers.get(model) ?? [])].some((provider) => isReachable(provider, model)),
  }
}

/** By the exact names in routes: where calls of that name go. */
function providersByModel(routes: readonly Route[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>()
  for (const { match, targets } of routes) {
    for (const model of match.models) {
      const providers = found.get(model) ?? new Set()
      for (const { provider } of targets) providers.add(provider)
      found.set(model, providers)
    }
  }
  return found
}
