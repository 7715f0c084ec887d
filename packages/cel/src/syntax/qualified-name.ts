import type { Expression } from './nodes.ts'

/** `a.b` for selections from a variable; undefined for other expressions. */
export function qualifiedName({ exprKind }: Expression): string | undefined {
  if (exprKind.case === 'identExpr') return exprKind.value.name
  if (exprKind.case !== 'selectExpr' || exprKind.value.testOnly) return undefined
  const { operand, field } = exprKind.value
  const prefix = operand && qualifiedName(operand)
  return prefix === undefined ? undefined : `${prefix}.${field}`
}
