import { servedApiVersion, type ResourceDefinition } from '../definitions/resource-definition.ts'

/** The resources that are currently served. */
export class Registry {
  readonly #builtIn: readonly ResourceDefinition[]
  readonly #builtInGroups: ReadonlySet<string>
  readonly #custom = new Map<string, readonly ResourceDefinition[]>()
  readonly #listeners = new Set<() => void>()
  #byPath = new Map<string, ResourceDefinition>()
  #byKind = new Map<string, ResourceDefinition>()
  #byStorage = new Map<string, ResourceDefinition>()
  #generation = 0

  constructor(builtIn: readonly ResourceDefinition[]) {
    this.#builtIn = builtIn
    this.#builtInGroups = new Set(builtIn.map(({ group }) => group))
    this.#rebuild()
  }

  /**
   * Incremented whenever the served resources change; used to invalidate the caches of discovery
   * and OpenAPI.
   */
  get generation(): number {
    return this.#generation
  }

  get all(): readonly ResourceDefinition[] {
    return [...this.#byPath.values()]
  }

  find(group: string, version: string, plural: string): ResourceDefinition | undefined {
    return this.#byPath.get(`${group}/${version}/${plural}`)
  }

  /** Whether a group has kinds that no definition makes. */
  hasBuiltInGroup(group: string): boolean {
    return this.#builtInGroups.has(group)
  }

  /** The definition of a kind, which an owner reference names, for example. */
  findKind(group: string, version: string, kind: string): ResourceDefinition | undefined {
    return this.#byKind.get(`${group}/${version}/${kind}`)
  }

  /** One definition per stored resource, of the version that is stored where that is served. */
  stored(): readonly ResourceDefinition[] {
    return [...this.#byStorage.values()]
  }

  /** The definition of a stored resource, `plural.group`, as `stored` has it. */
  findStored(resource: string): ResourceDefinition | undefined {
    return this.#byStorage.get(resource)
  }

  /** Serves `definitions` instead of those that `owner` (a definition's name) served before. */
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
    this.#byKind = new Map(
      definitions.map((each) => [`${each.group}/${each.version}/${each.kind}`, each]),
    )
    this.#byStorage = new Map(
      definitions
        .filter(isStored)
        .toReversed()
        .toSorted((left, right) => Number(isStorageVersion(left)) - Number(isStorageVersion(right)))
        .map((each) => [each.storageResource, each]),
    )
    this.#generation++
  }

  /** Calls `listener` after each change of the custom resources. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

function isStorageVersion(definition: ResourceDefinition): boolean {
  return servedApiVersion(definition) === definition.storageApiVersion
}

/** Of other kinds, objects are only questions, or tell of what is not stored. */
function isStored({ verbs }: ResourceDefinition): boolean {
  return verbs.includes('watch')
}
