import { append } from '@fairlead/base'
import { goQuote } from '../go-quote.ts'
import { errors } from '../status-error.ts'
import type { StatusError } from '../status-error.ts'
import { managerId } from './managed-fields.ts'
import type { FieldManager } from './managed-fields.ts'
import { formatPath } from './path-element.ts'
import type { PathElement } from './path-element.ts'

/** A field that an apply would change although another manager owns it. */
export interface Conflict {
  readonly manager: FieldManager
  readonly path: readonly PathElement[]
}

/** The 409 for an apply that conflicts with other managers. */
export function applyConflictError(unsorted: readonly Conflict[]): StatusError {
  const conflicts = unsorted.toSorted((a, b) => {
    const left = managerId(a.manager)
    const right = managerId(b.manager)
    return left < right ? -1 : left > right ? 1 : 0
  })
  const causes = conflicts.map(({ manager, path }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${describeManager(manager)}`,
    field: formatPath(path),
  }))
  return errors.applyConflict(describeConflicts(conflicts), causes)
}

function describeConflicts(conflicts: readonly Conflict[]): string {
  const [first] = conflicts
  if (conflicts.length === 1 && first !== undefined) {
    const { manager, path } = first
    return `Apply failed with 1 conflict: conflict with ${describeManager(manager)}: ${formatPath(path)}`
  }
  const lines: string[] = []
  for (const same of Map.groupBy(conflicts, ({ manager }) => managerId(manager)).values()) {
    const [{ manager } = { manager: undefined }] = same
    if (manager !== undefined) lines.push(`conflicts with ${describeManager(manager)}:`)
    append(
      lines,
      same.map(({ path }) => `- ${formatPath(path)}`),
    )
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

function describeManager({ name, operation, apiVersion, subresource }: FieldManager): string {
  const at = subresource === '' ? '' : ` with subresource ${goQuote(subresource)}`
  const using = operation === 'Update' ? ` using ${apiVersion}` : ''
  return goQuote(name) + at + using
}
