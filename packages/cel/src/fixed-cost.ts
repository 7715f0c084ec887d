import { isAttribute, isConstant } from './attribute.ts'
import type { Checked } from './check/checked.ts'
import { chargeOf } from './costed-calls.ts'
import type { Call, Expression } from './syntax/nodes.ts'
import { optionalContent } from './types/cel-type.ts'

const listCost = 10
const mapCost = 30
const structCost = 40

/**
 * What evaluating a node costs without its parts, as far as that is known before it runs: reading
 * variables and fields, and making values. Calls of functions are charged for when they are made.
 */
export function fixedCost(node: Expression, checked: Checked): number {
  const kind = node.exprKind
  if (!checked.isEvaluated(node)) return 0
  switch (kind.case) {
    case 'identExpr':
      return checked.typeOf(node).kind === 'type' ? 0 : 1
    case 'selectExpr': {
      if (checked.qualifiedNameOf(node) !== undefined) return 1
      const { testOnly, operand } = kind.value
      const isOptional = operand && optionalContent(checked.typeOf(operand)) !== undefined
      return (testOnly || isOptional ? 0 : 1) + rootCost(operand)
    }
    case 'callExpr':
      return chargeOf(node, checked) === 'one' ? 1 : lookupCost(kind.value)
    case 'listExpr':
      return isConstant(node) ? 0 : listCost
    case 'structExpr':
      if (kind.value.messageName !== '') return structCost
      return isConstant(node) ? 0 : mapCost
    default:
      return 0
  }
}

function lookupCost({ function: name, args: [first, second] }: Call): number {
  switch (name) {
    case '_?._':
    case '_[?_]':
      return rootCost(first)
    case '_[_]':
      // What is looked up by the value of a variable is charged for as that variable.
      return (isAttribute(second) ? 0 : 1) + rootCost(first)
    default:
      return 0
  }
}

/** What is selected from the result of something else counts as a variable of its own. */
function rootCost(operand: Expression | undefined): number {
  return isAttribute(operand) ? 0 : 1
}
