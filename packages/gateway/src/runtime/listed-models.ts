import type { Caller } from '../access/caller.ts'
import type { Runtime } from './runtime.ts'

/** A model as lists show it, whatever their format. */
export interface ListedModel {
  readonly id: string
  /** The LLMProvider that declares it; `fairlead` for a name that the configuration gives. */
  readonly owner: string
}

/** Every name that the caller may use, by name, in alphabetical order. */
export function listedModels(caller: Caller, runtime: Runtime): ReadonlyMap<string, ListedModel> {
  const found = new Map<string, ListedModel>()
  const add = (id: string, owner: string) => {
    if (!found.has(id) && caller.mayUseModel(id)) found.set(id, { id, owner })
  }
  for (const name of runtime.routes.modelNames) add(name, 'fairlead')
  const { defaultModel } = runtime.snapshot.gateway
  if (defaultModel !== undefined) add(defaultModel, 'fairlead')
  for (const { settings } of runtime.defaultProviders) {
    for (const { name, aliases } of settings.models) {
      for (const id of [name, ...aliases]) add(id, settings.name)
    }
  }
  return new Map([...found].toSorted(([left], [right]) => (left < right ? -1 : 1)))
}
