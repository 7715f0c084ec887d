import type { Expression } from './syntax/nodes.ts'

/** Whether it reads a variable of its own, and not one of those that a condition chooses. */
export function readsVariable(node: Expression): boolean {
  const { exprKind } = node
  const isChoice = exprKind.case === 'callExpr' && exprKind.value.function === '_?_:_'
  return !isChoice && isAttribute(node)
}

/** A variable, or what is selected from anything. */
export function isAttribute(node: Expression | undefined): boolean {
  const kind = node?.exprKind
  if (kind?.case === 'identExpr') return true
  if (kind?.case === 'selectExpr') return !kind.value.testOnly
  if (kind?.case !== 'callExpr') return false
  return ['_[_]', '_[?_]', '_?._', '_?_:_'].includes(kind.value.function)
}

/** A literal of literals: it is made once, when an expression is compiled. */
export function isConstant({ exprKind: kind }: Expression): boolean {
  switch (kind.case) {
    case 'constExpr':
      return true
    case 'listExpr':
      return kind.value.elements.every(isConstant)
    case 'structExpr':
      return (
        kind.value.messageName === '' &&
        kind.value.entries.every(
          ({ keyKind, value }) =>
            keyKind.case === 'mapKey' && isConstant(keyKind.value) && value && isConstant(value),
        )
      )
    default:
      return false
  }
}
