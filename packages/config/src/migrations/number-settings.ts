import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { Migration } from './migration.ts'

const fields = ['temperature', 'topP', 'presencePenalty', 'frequencyPenalty'] as const

/** Sampling settings were decimal strings and are numbers. */
export const numberSettings: Migration = {
  name: 'number-settings',
  kinds: ['Persona', 'PromptTemplate'],
  upgrade: (spec) => {
    const changes: string[] = []
    const whole = withSettings(spec, 'spec', changes)
    const { versions } = whole
    const upgraded = Array.isArray(versions)
      ? versions.map((version: unknown, index) =>
          isJsonObject(version)
            ? withSettings(version, `spec.versions[${index}]`, changes)
            : version,
        )
      : undefined
    if (changes.length === 0) return { spec, changes }
    return { spec: upgraded === undefined ? whole : { ...whole, versions: upgraded }, changes }
  },
}

function withSettings(owner: JsonObject, path: string, changes: string[]): JsonObject {
  const { settings } = owner
  if (!isJsonObject(settings)) return owner
  const numbers = fields.flatMap((field) => {
    const value = settings[field]
    if (typeof value !== 'string' || !/^-?\d+(\.\d+)?$/.test(value)) return []
    changes.push(`${path}.settings.${field} is now the number ${Number(value)}`)
    return [[field, Number(value)]]
  })
  if (numbers.length === 0) return owner
  return { ...owner, settings: { ...settings, ...Object.fromEntries(numbers) } }
}
