import type { ProviderModel } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
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
  const add = (id: string, owner: string, settings?: ProviderModel) => {
    if (!found.has(id) && caller.mayUseModel(id)) found.set(id, { id, owner, settings })
  }
  for (const name of runtime.routes.modelNames) add(name, 'fairlead')
  const { defaultModel } = runtime.snapshot.gateway
  if (defaultModel !== undefined) add(defaultModel, 'fairlead')
  for (const { settings } of runtime.defaultProviders) {
    for (const model of settings.models) {
      for (const id of [model.name, ...model.aliases]) add(id, settings.name, model)
    }
  }
  return new Map([...found].toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
