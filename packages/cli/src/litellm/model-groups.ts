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

/** Groups by name, in the order in which they are first named. */
export function modelGroups(
  deployments: readonly Deployment[],
  aliases: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, ModelGroup> {
  const byName = Map.groupBy(deployments, ({ group }) => group)
  return new Map(
    [...byName].map(([name, members]) => [
      name,
      {
        name,
        deployments: members,
        aliases: (aliases.get(name) ?? []).filter((alias) => !byName.has(alias)),
      },
    ]),
  )
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
    found.set(target, [...(found.get(target) ?? []), alias])
  }
  return found
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

/** The group that a name belongs to: of this name, or the longest pattern that matches. */
export function groupFor(
  name: string,
  groups: ReadonlyMap<string, ModelGroup>,
): ModelGroup | undefined {
  const exact =
    groups.get(name) ?? [...groups.values()].find(({ aliases }) => aliases.includes(name))
  if (exact !== undefined) return exact
  return [...groups.values()]
    .filter((group) => group.name.includes('*') && wildcardPattern(group.name).test(name))
    .toSorted((a, b) => b.name.length - a.name.length)[0]
}

/** What a name with `*` matches. */
export function wildcardPattern(name: string): RegExp {
  return new RegExp(`^${wildcardSource(name)}$`)
}

/** The same as the source of an expression of RE2. */
export function wildcardSource(name: string): string {
  return name
    .split('*')
    .map((part) => part.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'))
    .join('.*')
}
