import { canonicalJson } from '@fairlead/base'
import type { Deployment } from './deployment.ts'
import { nameOf, UniqueNames } from './names.ts'
import type { ModelEntry, ProviderSpec } from './provider-draft.ts'

const modelsMax = 256

/** An LLMProvider that is made. */
export interface ConvertedProvider {
  readonly name: string
  /** LiteLLM's name of the vendor. */
  readonly vendor: string
  readonly spec: ProviderSpec
}

interface Entry {
  readonly name: string
  readonly vendor: string
  readonly spec: ProviderSpec
  readonly models: Map<string, ModelEntry>
}

/**
 * The LLMProviders of a conversion. Deployments that differ in nothing but their models share one,
 * unless they have limits or a budget, which LiteLLM counts for each deployment.
 */
export class ProviderBook {
  readonly #names = new UniqueNames()
  readonly #entries: Entry[] = []
  readonly #shared = new Map<string, Entry[]>()

  /** The name of the LLMProvider that serves a deployment. */
  provide(deployment: Deployment): string {
    const { spec, entry, budget } = deployment
    const isOwn = spec.limits !== undefined || budget !== undefined
    const key = canonicalJson(spec)
    const shared = isOwn ? [] : (this.#shared.get(key) ?? [])
    const found = shared.find(({ models }) => takes(models, entry))
    if (found !== undefined) {
      if (!entry.name.includes('*')) found.models.set(entry.name, entry)
      return found.name
    }
    const made: Entry = {
      name: this.#nameFor(deployment),
      vendor: deployment.vendor,
      spec,
      models: new Map(entry.name.includes('*') ? [] : [[entry.name, entry]]),
    }
    this.#entries.push(made)
    if (!isOwn) this.#shared.set(key, [...shared, made])
    return made.name
  }

  /** Adds names by which a provider's models are asked for; those that it has no room for are returned. */
  addAliases(
    provider: string,
    aliases: readonly (readonly [model: string, alias: string])[],
  ): number {
    const entry = this.#entries.find(({ name }) => name === provider)
    let left = 0
    for (const [model, alias] of aliases) {
      const known = entry?.models.get(model)
      if (entry === undefined || (known === undefined && entry.models.size >= modelsMax)) left += 1
      else entry.models.set(model, { ...known, name: model, aliases: withAlias(known, alias) })
    }
    return left
  }

  all(): readonly ConvertedProvider[] {
    return this.#entries.map(({ name, vendor, spec, models }) => ({
      name,
      vendor,
      // A provider that lists no models serves all: better than to list a part.
      spec:
        models.size === 0 || models.size > modelsMax
          ? spec
          : { ...spec, models: [...models.values()] },
    }))
  }

  /** Whether a provider has more models than it can list, and therefore lists none. */
  listsNone(provider: string): boolean {
    return this.#entries.some(({ models, name }) => name === provider && models.size > modelsMax)
  }

  #nameFor({ hint, model }: Deployment): string {
    const plain = nameOf(hint)
    return this.#names.has(plain)
      ? this.#names.take(nameOf(`${hint}-${model.replaceAll('*', '')}`))
      : this.#names.take(plain)
  }
}

/** Whether a provider has no other model of this name. */
function takes(models: ReadonlyMap<string, ModelEntry>, entry: ModelEntry): boolean {
  const known = models.get(entry.name)
  return (
    known === undefined ||
    canonicalJson({ ...known, aliases: [] }) === canonicalJson({ ...entry, aliases: [] })
  )
}

function withAlias(known: ModelEntry | undefined, alias: string): readonly string[] {
  return [...new Set([...(known?.aliases ?? []), alias])]
}
