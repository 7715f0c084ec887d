import { costsOne, optionalLookup, type CostedCall } from './actual-cost.ts'
import type { Checked } from './check/checked.ts'
import type { CheckedExpression } from './expression.ts'
import { isAttribute, isConstant } from './attribute.ts'
import { eachNode, type Call, type Expression } from './syntax/nodes.ts'
import { optionalContent } from './types/cel-type.ts'

/** Calls of which cel-go makes something else, or which it charges for as parts of others. */
const free: ReadonlySet<string> = new Set([
  '_&&_',
  '_||_',
  '_?_:_',
  '_[_]',
  '_[?_]',
  'or',
  'orValue',
])

const conversions: ReadonlySet<string> = new Set([
  'bool',
  'bytes',
  'double',
  'duration',
  'dyn',
  'int',
  'string',
  'timestamp',
  'type',
  'uint',
])

/** The calls of an expression whose costs are known when they are made, by the ids of their nodes. */
export function costedCalls({ root, checked }: CheckedExpression): ReadonlyMap<number, CostedCall> {
  const found = new Map<number, CostedCall>()
  eachNode(root, (node) => {
    const charge = chargeOf(node, checked)
    if (charge !== 'one' && charge !== undefined) found.set(Number(node.id), charge)
  })
  return found
}

/** What a node is charged as, if it is a call: one, whatever its arguments are, or by them. */
export function chargeOf(node: Expression, checked: Checked): CostedCall | 'one' | undefined {
  if (isOptionalLookup(node, checked)) return { name: '', overload: optionalLookup }
  const { exprKind } = node
  if (exprKind.case !== 'callExpr') return undefined
  const { function: name, target } = exprKind.value
  if (name === '@not_strictly_false') return 'one'
  if (free.has(name) || isMadeOnce(exprKind.value)) return undefined
  const [first = '', ...others] = checked.overloadsOf(node)
  const overload = others.length > 0 ? '' : first
  const isOfLibrary = target !== undefined && !checked.isEvaluated(target)
  return !isOfLibrary && costsOne(name, overload) ? 'one' : { name, overload }
}

/** Whether something is looked for by a name or value that is not charged for by itself. */
function isOptionalLookup({ exprKind: kind }: Expression, checked: Checked): boolean {
  if (kind.case === 'selectExpr') {
    const { operand, testOnly } = kind.value
    return (
      !testOnly && operand !== undefined && optionalContent(checked.typeOf(operand)) !== undefined
    )
  }
  if (kind.case !== 'callExpr') return false
  const { function: name, args } = kind.value
  return name === '_?._' || (name === '_[?_]' && !isAttribute(args[1]))
}

/** A conversion of a literal, or a search in literals, for which a table is made. */
function isMadeOnce({ function: name, args: [first, second] }: Call): boolean {
  if (name === '@in') return second?.exprKind.case === 'listExpr' && isConstant(second)
  return conversions.has(name) && first?.exprKind.case === 'constExpr'
}
