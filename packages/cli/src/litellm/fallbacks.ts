import type { ConfigValue } from './config-section.ts'
import { type Settings, settingOf } from './provider-defaults.ts'

/** Another model group that answers where the first cannot. */
interface Fallback {
  /** Name of a group, or `model_info.id` of a deployment. */
  readonly name: string
  readonly place: ConfigValue
}

/** Who answers instead of a group. */
export interface Fallbacks {
  /** In the order in which they are asked. */
  of(group: string): readonly Fallback[]
  /** The names that have fallbacks of their own, each where they stand. */
  readonly subjects: ReadonlyMap<string, ConfigValue>
}

/** Reads `fallbacks`, `default_fallbacks` and `context_window_fallbacks`. */
export function readFallbacks(settings: Settings): Fallbacks {
  const subjects = new Map<string, ConfigValue>()
  const general = readList(settingOf(settings, 'fallbacks'), subjects)
  const forLength = readList(settingOf(settings, 'context_window_fallbacks'), subjects)
  subjects.delete('*')
  const everybody = itemsOf(settingOf(settings, 'default_fallbacks'))
  const others = [...(general.get('*') ?? []), ...everybody]
  for (const [group, fallbacks] of forLength) {
    const asked = new Set((general.get(group) ?? others).map(({ name }) => name))
    for (const { name, place } of fallbacks) {
      if (asked.has(name)) continue
      place.note(
        'changed',
        `${name} answers where a prompt is too long for ${group}, and where ${group} fails too`,
      )
    }
  }
  return {
    subjects,
    of: (group) => [...(general.get(group) ?? others), ...(forLength.get(group) ?? [])],
  }
}

/** A list of maps, or a map, from groups to those that answer instead. */
function readList(
  value: ConfigValue | undefined,
  subjects: Map<string, ConfigValue>,
): ReadonlyMap<string, readonly Fallback[]> {
  const found = new Map<string, readonly Fallback[]>()
  for (const item of value?.items() ?? []) {
    for (const [group, names] of item.section().entries()) {
      subjects.set(group, names)
      found.set(group, [...(found.get(group) ?? []), ...itemsOf(names)])
    }
  }
  return found
}

function itemsOf(value: ConfigValue | undefined): readonly Fallback[] {
  return (value?.items() ?? []).flatMap((place) => {
    if (!place.isSection) {
      const name = place.text()
      return name === undefined ? [] : [{ name, place }]
    }
    const section = place.section()
    const name = section.text('model')
    return name === undefined ? [] : [{ name, place }]
  })
}
