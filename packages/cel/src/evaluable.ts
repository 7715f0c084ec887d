import { readsVariable } from './attribute.ts'
import { fixedCost } from './fixed-cost.ts'
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

/** What is charged for besides calls: the steps of loops, or all that cel-go counts. */
type Charging = 'steps' | 'everything'

/**
 * The expression in terms that the evaluator has: optional syntax becomes calls, charges are put where
 * something is evaluated or not, and a loop that builds a list appends to it.
 */
export function toEvaluable(expression: CheckedExpression, charging: Charging): Expression {
  const rewriter = new Rewriter(expression, charging)
  return rewriter.block(expression.root)
}

class Rewriter {
  readonly #expression: CheckedExpression
  readonly #charging: Charging
  /** What the part that is being rewritten costs, wherever it is evaluated. */
  #fixed = 0

  constructor(expression: CheckedExpression, charging: Charging) {
    this.#expression = expression
    this.#charging = charging
  }

  /**
   * Rewrites what is evaluated as a whole or not at all, and charges for it.
   * @param discount is not charged for
   */
  block(node: Expression, discount = 0): Expression {
    const around = this.#fixed
    this.#fixed = -discount
    const rewritten = this.#rewrite(node)
    const cost = this.#fixed
    this.#fixed = around
    return this.#charging === 'everything' && cost > 0 ? charged(rewritten, cost) : rewritten
  }

  #rewrite(node: Expression): Expression {
    this.#fixed += fixedCost(node, this.#expression.checked)
    const rewritten = { ...node, exprKind: this.#parts(node) }
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
        return this.#charging === 'steps' ? chargeLoop(rewritten) : rewritten
      default:
        return rewritten
    }
  }

  #parts(node: Expression): ExpressionKind {
    const kind = node.exprKind
    const whole = (child: Expression): Expression => this.#rewrite(child)
    if (kind.case === 'comprehensionExpr') {
      const { loopCondition, loopStep } = kind.value
      const repeated = new Set([loopCondition, loopStep])
      return mapChildren(kind, (child) => (repeated.has(child) ? this.block(child) : whole(child)))
    }
    if (kind.case !== 'callExpr' || !shortCircuiting.has(kind.value.function)) {
      return mapChildren(kind, whole)
    }
    const isChoice = kind.value.function === '_?_:_'
    const [always] = kind.value.args
    return mapChildren(kind, (child) => {
      if (child === always) return whole(child)
      // What is chosen is read as it is, without a variable of its own.
      return this.block(child, isChoice && readsVariable(child) ? 1 : 0)
    })
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

/** An expression that is charged for before it is evaluated. */
function charged(node: Expression, cost: number): Expression {
  return call(node, '_?_:_', undefined, [charge(node, cost), node, truth(node)])
}

function charge(at: Expression, cost: number): Expression {
  return call(at, chargeFunction, undefined, [
    constant(at, { case: 'int64Value', value: BigInt(cost) }),
  ])
}

function truth(at: Expression): Expression {
  return constant(at, { case: 'boolValue', value: true })
}

type ConstantKind = Extract<ExpressionKind, { case: 'constExpr' }>['value']['constantKind']

function constant(at: Expression, constantKind: ConstantKind): Expression {
  const value = { $typeName: 'cel.expr.Constant' as const, constantKind }
  return withKind(at, { case: 'constExpr', value })
}

/** Calls that evaluate their first argument, and others only if they need them. */
const shortCircuiting: ReadonlySet<string> = new Set(['_&&_', '_||_', '_?_:_'])

function chargeLoop(node: Expression): Expression {
  if (node.exprKind.case !== 'comprehensionExpr') return node
  const loop = node.exprKind.value
  if (!loop.loopCondition) return node
  const loopCondition = call(node, '_&&_', undefined, [charge(node, 1), loop.loopCondition])
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
  return constant(at, { case: 'stringValue', value })
}

function withKind(node: Expression, exprKind: ExpressionKind): Expression {
  return { ...node, exprKind }
}
