import type { CheckedExpression } from './expression.ts'
import { appendFunction, chargeFunction } from './loop-functions.ts'
import { structFunction } from './struct-value.ts'
import {
  mapChildren,
  type Call,
  type Expression,
  type ExpressionKind,
  type StructLiteral,
} from './syntax/nodes.ts'
import { optionalContent } from './types/cel-type.ts'

/**
 * The expression in terms that the evaluator has: optional syntax becomes calls, loops are charged for
 * their steps, and a loop that builds a list appends to it.
 */
export function toEvaluable(expression: CheckedExpression): Expression {
  return new Rewriter(expression).rewrite(expression.root)
}

class Rewriter {
  readonly #expression: CheckedExpression

  constructor(expression: CheckedExpression) {
    this.#expression = expression
  }

  rewrite(node: Expression): Expression {
    const rewritten = {
      ...node,
      exprKind: mapChildren(node.exprKind, (child) => this.rewrite(child)),
    }
    const kind = rewritten.exprKind
    switch (kind.case) {
      case 'callExpr':
        return this.#call(node, rewritten, kind.value)
      case 'selectExpr':
        return this.#select(node, rewritten)
      case 'listExpr': {
        const { elements, optionalIndices } = kind.value
        return optionalIndices.length === 0
          ? rewritten
          : optionalList(rewritten, elements, new Set(optionalIndices))
      }
      case 'structExpr':
        if (kind.value.messageName !== '') return structValue(rewritten, kind.value)
        return kind.value.entries.some((entry) => entry.optionalEntry)
          ? optionalMap(rewritten)
          : rewritten
      case 'comprehensionExpr':
        return chargeLoop(rewritten)
      default:
        return rewritten
    }
  }

  #isOptional(node: Expression | undefined): boolean {
    return (
      node !== undefined && optionalContent(this.#expression.checked.typeOf(node)) !== undefined
    )
  }

  #call(node: Expression, rewritten: Expression, value: Call): Expression {
    const [first, second] = value.args
    if (!first || !second) return rewritten
    switch (value.function) {
      case '_?._':
        return call(node, '__optionalSelect', first, [second])
      case '_[?_]':
        return call(node, '__optionalIndex', first, [second])
      case '_[_]':
        return this.#isOptional(originalArgument(node))
          ? call(node, '__optionalIndex', first, [second])
          : rewritten
      case '_+_': {
        const { exprKind } = second
        const [item] = exprKind.case === 'listExpr' ? exprKind.value.elements : []
        return item && this.#expression.nodes.isAppend(node)
          ? call(node, appendFunction, undefined, [first, item])
          : rewritten
      }
      default:
        return rewritten
    }
  }

  #select(node: Expression, rewritten: Expression): Expression {
    if (rewritten.exprKind.case !== 'selectExpr' || node.exprKind.case !== 'selectExpr') {
      return rewritten
    }
    const { operand, field, testOnly } = rewritten.exprKind.value
    if (!operand || !this.#isOptional(node.exprKind.value.operand)) return rewritten
    const selected = call(node, '__optionalSelect', operand, [text(node, field)])
    return testOnly ? call(node, 'hasValue', selected, []) : selected
  }
}

function originalArgument({ exprKind }: Expression): Expression | undefined {
  return exprKind.case === 'callExpr' ? exprKind.value.args[0] : undefined
}

/** `[a, ?b]` is `[a]` and the list of what the optional b holds. */
function optionalList(
  node: Expression,
  elements: readonly Expression[],
  optional: ReadonlySet<number>,
): Expression {
  const parts = elements.map((element, index) =>
    optional.has(index) ? call(node, '__optionalToList', element, []) : list(node, [element]),
  )
  return parts.reduce((all, part) => call(node, '_+_', undefined, [all, part]), list(node, []))
}

/** The keys and the values, each of which may be none. */
function optionalMap(node: Expression): Expression {
  if (node.exprKind.case !== 'structExpr') return node
  const keys: Expression[] = []
  const values: Expression[] = []
  for (const { keyKind, value, optionalEntry } of node.exprKind.value.entries) {
    if (keyKind.case !== 'mapKey' || !value) continue
    keys.push(keyKind.value)
    values.push(optionalEntry ? value : call(node, 'optional.of', undefined, [value]))
  }
  return call(node, '__optionalMap', undefined, [list(node, keys), list(node, values)])
}

/** A call with the name of the type and the fields as a map. */
function structValue(node: Expression, { messageName, entries }: StructLiteral): Expression {
  const named = entries.map((entry) => {
    const { keyKind } = entry
    if (keyKind.case !== 'fieldKey') return entry
    return { ...entry, keyKind: { case: 'mapKey' as const, value: text(node, keyKind.value) } }
  })
  const value = {
    $typeName: 'cel.expr.Expr.CreateStruct' as const,
    messageName: '',
    entries: named,
  }
  const fields = withKind(node, { case: 'structExpr', value })
  const isOptional = entries.some((entry) => entry.optionalEntry)
  const args = [text(node, messageName), isOptional ? optionalMap(fields) : fields]
  return call(node, structFunction, undefined, args)
}

function chargeLoop(node: Expression): Expression {
  if (node.exprKind.case !== 'comprehensionExpr') return node
  const loop = node.exprKind.value
  if (!loop.loopCondition) return node
  const cost = withKind(node, {
    case: 'constExpr',
    value: { $typeName: 'cel.expr.Constant', constantKind: { case: 'int64Value', value: 1n } },
  })
  const charge = call(node, chargeFunction, undefined, [cost])
  const loopCondition = call(node, '_&&_', undefined, [charge, loop.loopCondition])
  return withKind(node, { case: 'comprehensionExpr', value: { ...loop, loopCondition } })
}

function call(
  at: Expression,
  name: string,
  target: Expression | undefined,
  args: Expression[],
): Expression {
  const value: Call = {
    $typeName: 'cel.expr.Expr.Call',
    function: name,
    args,
    ...(target && { target }),
  }
  return withKind(at, { case: 'callExpr', value })
}

function list(at: Expression, elements: Expression[]): Expression {
  const value = { $typeName: 'cel.expr.Expr.CreateList' as const, elements, optionalIndices: [] }
  return withKind(at, { case: 'listExpr', value })
}

function text(at: Expression, value: string): Expression {
  return withKind(at, {
    case: 'constExpr',
    value: { $typeName: 'cel.expr.Constant', constantKind: { case: 'stringValue', value } },
  })
}

function withKind(node: Expression, exprKind: ExpressionKind): Expression {
  return { ...node, exprKind }
}
