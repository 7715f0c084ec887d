import { ContextStrategy, Persona, PromptTemplate } from '@fairlead/api'
import type { ResourceType } from '@fairlead/kube-core'
import type { AccessSettings } from '@fairlead/snapshot'
import { frozenCopy } from '../values/freeze.ts'
import type { Findings } from './findings.ts'

/**
 * What callers of a resource may use. One rule for every kind that a caller can name: what is in
 * the resource's own namespace needs nothing more; a pattern for another namespace needs a
 * ReferenceGrant there, and is left out without one. A pattern that ends in `*` needs a grant that
 * gives no name.
 */
export function compileAccess(
  access: AccessSettings,
  path: string,
  findings: Findings,
): AccessSettings {
  const granted = (field: keyof AccessSettings, type: ResourceType) =>
    frozenCopy(
      access[field].filter((pattern, index) =>
        findings.permitsPattern(type, pattern, `${path}.${field}[${index}]`),
      ),
    )
  return {
    models: frozenCopy(access.models),
    promptTemplates: granted('promptTemplates', PromptTemplate),
    personas: granted('personas', Persona),
    contextStrategies: granted('contextStrategies', ContextStrategy),
  }
}
