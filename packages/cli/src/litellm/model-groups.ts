import type { ConfigSection, ConfigValue } from './config-section.ts'
import type { Deployment } from './deployment.ts'

/** A rule matches 128 names. */
const aliasesMax = 127

/** The deployments that share a `model_name`. */
export interface ModelGroup {
  readonly name: string
  readonly deployments: readonly Deployment[]
  /** Other names of the group. */
  readonly aliases: readonly string[]
}

/** The groups of a configuration. */
export class ModelGroups {
  readonly #byName: ReadonlyMap<string, ModelGroup>
  readonly #byAlias: ReadonlyMap<string, ModelGroup>
  readonly #byId: ReadonlyMap<string, Deployment>
  /** The longest first. */
  readonly #patterns: readonly { readonly group: ModelGroup; readonly pattern: RegExp }[]

  constructor(deployments: readonly Deployment[], aliases: ReadonlyMap<string, readonly string[]>) {
    const groups = [...Map.groupBy(deployments, ({ group }) => group)].map(
      ([name, members]): ModelGroup => ({
        name,
        deployments: members,
        aliases: aliases.get(name) ?? [],
      }),
    )
    this.#byName = new Map(groups.map((group) => [group.name, group]))
    this.#byAlias = new Map(
      groups.flatMap((group) => group.aliases.map((alias) => [alias, group] as const)),
    )
    this.#byId = new Map(
      deployments.flatMap((each) => (each.id === undefined ? [] : [[each.id, each] as const])),
    )
    this.#patterns = groups
      .filter(({ name }) => name.includes('*'))
      .toSorted((a, b) => b.name.length - a.name.length)
      .map((group) => ({ group, pattern: new RegExp(`^${wildcardSource(group.name)}$`) }))
  }

  /** Those that calls of their own name reach, in the order in which they are first named. */
  reached(): readonly ModelGroup[] {
    return [...this.#byName.values()].filter(({ name }) => !this.#byAlias.has(name))
  }

  /** The group that calls of a name reach: an alias wins, then the name, then the longest pattern. */
  find(name: string): ModelGroup | undefined {
    return (
      this.#byAlias.get(name) ??
      this.#byName.get(name) ??
      this.#patterns.find(({ pattern }) => pattern.test(name))?.group
    )
  }

  /** The deployment with this `model_info.id`. */
  withId(id: string): Deployment | undefined {
    return this.#byId.get(id)
  }
}

/** `model_group_alias`: the further names of each group. */
export function readAliases(
  section: ConfigSection | undefined,
  groups: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>()
  for (const [alias, value] of section?.entries() ?? []) {
    const target = targetOf(value)
    if (target === undefined) continue
    const problem = aliasProblem(alias, target, groups, found.get(target)?.length ?? 0)
    if (problem !== undefined) {
      value.note('lost', problem)
      continue
    }
    if (groups.has(alias)) {
      value.note(
        'note',
        `calls of ${alias} go to ${target}, and none to the group of that name, as at LiteLLM`,
      )
    }
    found.set(target, [...(found.get(target) ?? []), alias])
  }
  return found
}

/** Aliases but for some, which have become names of groups. */
export function withoutNames(
  aliases: ReadonlyMap<string, readonly string[]>,
  names: ReadonlySet<string>,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    [...aliases].map(([group, own]) => [group, own.filter((alias) => !names.has(alias))]),
  )
}

/** Why a group cannot have another name; undefined if it can. */
function aliasProblem(
  alias: string,
  group: string,
  groups: ReadonlySet<string>,
  taken: number,
): string | undefined {
  if (/[\s*]/.test(alias)) return 'an alias with spaces or * cannot be asked for'
  if (!groups.has(group)) return `there is no model group ${JSON.stringify(group)}`
  if (group.includes('*'))
    return 'the models of a pattern have their aliases in spec.models of the LLMProvider'
  return taken < aliasesMax ? undefined : `a model group has ${aliasesMax} aliases at most`
}

function targetOf(value: ConfigValue): string | undefined {
  if (!value.isSection) return value.text()
  const section = value.section()
  const hidden = section.take('hidden')
  if (hidden?.boolean() === true) {
    hidden.note('changed', 'lists of models have every name that a caller may use: this alias too')
  }
  return section.text('model')
}

/** What a name with `*` matches, as the source of an expression of RE2. */
export function wildcardSource(name: string): string {
  return name
    .split('*')
    .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*')
}
