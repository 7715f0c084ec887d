import { remembering } from '@fairlead/base'
import type { Snapshot } from '@fairlead/snapshot'
import type { RouteIndex } from '../routing/route-index.ts'

/** The model names that a configuration spells out. */
export interface ModelNames {
  has(name: string): boolean
}

/** Collects the names of one configuration after the other, of each part only when it changes. */
export class ModelNameCollector {
  readonly #ofProviders = remembering(namesOfProviders)
  readonly #ofPrompts = remembering(namesOfPrompts)
  readonly #ofRoutes = remembering(namesOfRoutes)
  readonly #ofPrices = remembering(namesOfPrices)

  collect(
    { gateway, priceBooks, providers, promptTemplates, routes }: Snapshot,
    index: RouteIndex,
  ): ModelNames {
    const parts = [
      this.#ofProviders(providers),
      this.#ofPrompts(promptTemplates),
      this.#ofRoutes(routes, index),
      this.#ofPrices(priceBooks),
    ]
    return { has: (name) => name === gateway.defaultModel || parts.some((part) => part.has(name)) }
  }
}

function namesOfProviders(providers: Snapshot['providers']): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { models } of providers.values()) {
    for (const { name, aliases } of models) {
      names.add(name)
      for (const alias of aliases) names.add(alias)
    }
  }
  return names
}

function namesOfPrompts(prompts: Snapshot['promptTemplates']): ReadonlySet<string> {
  const names = new Set<string>()
  for (const { versions } of prompts.values()) {
    for (const { model } of versions.values()) if (model !== undefined) names.add(model)
  }
  return names
}

function namesOfRoutes(routes: Snapshot['routes'], index: RouteIndex): ReadonlySet<string> {
  const names = new Set(index.modelNames)
  for (const { targets } of routes) {
    for (const { model } of targets) if (model !== undefined) names.add(model)
  }
  return names
}

function namesOfPrices(books: Snapshot['priceBooks']): ReadonlySet<string> {
  const names = books.flatMap(({ prices }) => prices.flatMap(({ models }) => models))
  return new Set(names.filter((name) => !name.endsWith('*')))
}
