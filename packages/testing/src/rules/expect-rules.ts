import type { rbacV1 } from '@fairlead/kube-types'
import { stringify } from 'yaml'

import { compareRules } from './compare-rules.ts'
import type { RoleOptions, RoleSource } from './granted-rules.ts'
import type { RecordedRules } from './record-rules.ts'

/** Which roles are meant, and whether they may give more than was needed. */
export interface ExpectRulesOptions extends RoleOptions {
  /** `allow` where a test does not do everything that the operator can. Defaults to `refuse`. */
  readonly unneeded?: 'refuse' | 'allow'
}

/** Thrown when roles are not what was needed; the message has the YAML to add and to remove. */
export class RulesError extends Error {
  override readonly name = 'RulesError'
}

/**
 * Checks that the roles allow everything that was recorded, and nothing else.
 * @throws RulesError if they do not
 */
export function expectRules(
  recorded: Pick<RecordedRules, 'permissions'>,
  roles: RoleSource | readonly RoleSource[],
  { unneeded = 'refuse', ...options }: ExpectRulesOptions = {},
): void {
  const sources = isList(roles) ? roles : [roles]
  const differences = compareRules(recorded, sources, options)
  const found = [
    ...told('the roles lack what was needed; add:', differences.missing),
    ...(unneeded === 'allow'
      ? []
      : told(
          "the roles give what nothing needed; remove it, or allow it with unneeded: 'allow':",
          differences.unneeded,
        )),
  ]
  if (found.length > 0) throw new RulesError(found.join('\n'))
}

function isList(roles: RoleSource | readonly RoleSource[]): roles is readonly RoleSource[] {
  return Array.isArray(roles)
}

function told(what: string, rules: readonly rbacV1.PolicyRule[]): readonly string[] {
  return rules.length === 0 ? [] : [`${what}\n${stringify(rules)}`]
}
