import type { ResourceDefinition } from '../definitions/resource-definition.ts'

/** The resources that are served right now. */
export class Registry {
  readonly #builtIn: readonly ResourceDefinition[]
  readonly #custom = new Map<string, readonly ResourceDefinition[]>()
  readonly #listeners = new Set<() => void>()
  #byPath = new Map<string, ResourceDefinition>()
  #generation = 0

  constructor(builtIn: readonly ResourceDefinition[]) {
    this.#builtIn = builtIn
    this.#rebuild()
  }

  /** Grows with every change of what is served; caches of discovery and OpenAPI compare it. */
  get generation(): number {
    return this.#generation
  }

  get all(): readonly ResourceDefinition[] {
    return [...this.#byPath.values()]
  }

  find(group: string, version: string, plural: string): ResourceDefinition | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`)
  }

  /** One definition for each stored resource, whatever version it is. */
  stored(): readonly ResourceDefinition[] {
    const byStorage = new Map<string, ResourceDefinition>()
    for (const definition of this.#byPath.values()) {
      if (definition.review === undefined && !byStorage.has(definition.storageResource)) {
        byStorage.set(definition.storageResource, definition)
      }
    }
    return [...byStorage.values()]
  }

  /** Serves `definitions` in the place of what `owner` (a definition's name) had served before. */
  replaceCustom(owner: string, definitions: readonly ResourceDefinition[]): void {
    if (definitions.length === 0) this.#custom.delete(owner)
    else this.#custom.set(owner, definitions)
    this.#rebuild()
    for (const listener of this.#listeners) listener()
  }

  #rebuild(): void {
    const definitions = [...this.#builtIn, ...[...this.#custom.values()].flat()]
    this.#byPath = new Map(
      definitions.map((each) => [`${each.group}/${each.version}/${each.plural}`, each]),
    )
    this.#generation++
  }

  /** Calls `listener` after each change of the custom resources. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}
