import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { Migration } from './migration.ts'

/**
 * `retry.on` of a RoutingPolicy's rules is `retry.conditions`. kubectl turned an unquoted `on` into
 * `true`, as YAML 1.1 has it, and `true` won over `on`. An old field wins over `conditions`, which
 * may be there only as a default.
 */
export const retryConditions: Migration = {
  name: 'retry-conditions',
  kinds: ['RoutingPolicy'],
  upgrade: (spec) => {
    const { rules } = spec
    if (!Array.isArray(rules)) return { spec, changes: [] }
    const changes: string[] = []
    const upgraded = rules.map((rule: unknown, index) => {
      if (!isJsonObject(rule) || !isJsonObject(rule['retry'])) return rule
      const retry = upgradedRetry(rule['retry'], `spec.rules[${index}].retry`, changes)
      return retry === rule['retry'] ? rule : { ...rule, retry }
    })
    return changes.length === 0
      ? { spec, changes }
      : { spec: { ...spec, rules: upgraded }, changes }
  },
}

function upgradedRetry(retry: JsonObject, path: string, changes: string[]): JsonObject {
  const { on, true: unquotedOn, ...rest } = retry
  const conditions = unquotedOn ?? on
  if (conditions === undefined) return retry
  const old = unquotedOn === undefined ? 'on' : 'true'
  changes.push(`${path}.${old} is now ${path}.conditions`)
  return { ...rest, conditions }
}
