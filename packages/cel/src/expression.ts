import { parse } from '@bufbuild/cel'
import { appendFunction, chargeFunction } from './loop-functions.ts'
import { rewriteOptionalSyntax } from './optional-syntax.ts'

type Parsed = ReturnType<typeof parse>

/** A node of the syntax tree. */
export type Expression = Parsed['expr']
type ExpressionKind = Expression['exprKind']
export type Comprehension = Extract<ExpressionKind, { case: 'comprehensionExpr' }>['value']
export type Call = Extract<ExpressionKind, { case: 'callExpr' }>['value']

export interface ParsedExpression {
  readonly expression: Expression
  /** The position of a node in the text, in characters. */
  offsetOf(node: Expression): number
}

/** Thrown for a text that is not valid CEL. */
class ExpressionSyntaxError extends Error {
  override name = 'ExpressionSyntaxError'
}

/**
 * Parses an expression: optional syntax becomes calls, the macros `optMap` and `optFlatMap` are expanded, and
 * every loop is charged for its steps. Throws an `ExpressionSyntaxError`.
 */
export function parseExpression(source: string): ParsedExpression {
  // The grammar ends a comment only at a line break.
  const parsed = parseText(`${rewriteOptionalSyntax(source)}\n`)
  const positions = parsed.sourceInfo?.positions ?? {}
  return {
    expression: rewrite(parsed.expr),
    offsetOf: (node) => positions[String(node.id)] ?? 0,
  }
}

function parseText(source: string): Parsed {
  try {
    return parse(source)
  } catch (cause) {
    throw new ExpressionSyntaxError(cause instanceof Error ? cause.message : String(cause), {
      cause,
    })
  }
}

function rewrite(node: Expression): Expression {
  const kind = node.exprKind
  switch (kind.case) {
    case 'callExpr':
      return rewriteCall(node, kind.value)
    case 'selectExpr': {
      const { operand, field, testOnly } = kind.value
      if (!operand) return node
      const target = rewrite(operand)
      if (isOptionalCall(target)) {
        const selected = call(node, '__optionalSelect', target, [text(node, field)])
        return testOnly ? call(node, 'hasValue', selected, []) : selected
      }
      return withKind(node, { case: 'selectExpr', value: { ...kind.value, operand: target } })
    }
    case 'listExpr': {
      const elements = kind.value.elements.map(rewrite)
      return withKind(node, { case: 'listExpr', value: { ...kind.value, elements } })
    }
    case 'structExpr': {
      const entries = kind.value.entries.map((entry) => ({
        ...entry,
        ...(entry.value && { value: rewrite(entry.value) }),
      }))
      return withKind(node, { case: 'structExpr', value: { ...kind.value, entries } })
    }
    case 'comprehensionExpr':
      return withKind(node, { case: 'comprehensionExpr', value: chargeLoop(node, kind.value) })
    case 'constExpr':
    case 'identExpr':
    case undefined:
      return node
  }
}

function rewriteCall(node: Expression, value: Call): Expression {
  const args = value.args.map(rewrite)
  const target = value.target && rewrite(value.target)
  const [first, second] = args
  if (value.function === '_[_]' && first && second && isOptionalCall(first)) {
    return call(node, '__optionalIndex', first, [second])
  }
  if (value.function === '_+_' && first && second && isResult(first)) {
    const [item] = second.exprKind.case === 'listExpr' ? second.exprKind.value.elements : []
    if (item) return call(node, appendFunction, undefined, [first, item])
  }
  if (
    (value.function === 'optMap' || value.function === 'optFlatMap') &&
    target &&
    first &&
    second
  ) {
    return optionalMap(node, value.function, target, first, second)
  }
  return withKind(node, { case: 'callExpr', value: { ...value, args, ...(target && { target }) } })
}

/** `T.optMap(v, e)` is a map over the optional item of T. */
function optionalMap(
  node: Expression,
  macro: string,
  target: Expression,
  variable: Expression,
  body: Expression,
): Expression {
  if (variable.exprKind.case !== 'identExpr') {
    throw new ExpressionSyntaxError(`${macro}: the first argument must be a variable name`)
  }
  const { name } = variable.exprKind.value
  const list = parseText(`TARGET.__optionalToList().map(${name}, BODY)`).expr
  const mapped = rewrite(
    substitute(
      list,
      new Map([
        ['TARGET', target],
        ['BODY', body],
      ]),
    ),
  )
  if (macro === 'optMap') return call(node, '__optionalFromList', undefined, [mapped])
  const fallback = call(node, 'optional.none', undefined, [])
  const flattened = call(node, '__optionalFromList', undefined, [mapped])
  return call(node, 'orValue', flattened, [fallback])
}

/** Substitutes expressions for variables. */
function substitute(node: Expression, values: ReadonlyMap<string, Expression>): Expression {
  const kind = node.exprKind
  const inside = (child: Expression) => substitute(child, values)
  switch (kind.case) {
    case 'identExpr':
      return values.get(kind.value.name) ?? node
    case 'callExpr': {
      const target = kind.value.target && inside(kind.value.target)
      const value = { ...kind.value, args: kind.value.args.map(inside), ...(target && { target }) }
      return withKind(node, { case: 'callExpr', value })
    }
    case 'listExpr': {
      const elements = kind.value.elements.map(inside)
      return withKind(node, { case: 'listExpr', value: { ...kind.value, elements } })
    }
    case 'comprehensionExpr':
      return withKind(node, { case: 'comprehensionExpr', value: mapLoop(kind.value, inside) })
    case 'selectExpr':
    case 'structExpr':
    case 'constExpr':
    case undefined:
      return node
  }
}

function chargeLoop(node: Expression, loop: Comprehension): Comprehension {
  const mapped = mapLoop(loop, rewrite)
  if (!mapped.loopCondition) return mapped
  const cost = withKind(node, {
    case: 'constExpr',
    value: {
      $typeName: 'cel.expr.Constant',
      constantKind: { case: 'int64Value', value: 1n },
    },
  })
  const charge = call(node, chargeFunction, undefined, [cost])
  return { ...mapped, loopCondition: call(node, '_&&_', undefined, [charge, mapped.loopCondition]) }
}

function mapLoop(loop: Comprehension, change: (node: Expression) => Expression): Comprehension {
  const { iterRange, accuInit, loopCondition, loopStep, result } = loop
  return {
    ...loop,
    ...(iterRange && { iterRange: change(iterRange) }),
    ...(accuInit && { accuInit: change(accuInit) }),
    ...(loopCondition && { loopCondition: change(loopCondition) }),
    ...(loopStep && { loopStep: change(loopStep) }),
    ...(result && { result: change(result) }),
  }
}

/** Whether a node is a loop's accumulator, which no expression can name. */
function isResult(node: Expression): boolean {
  return node.exprKind.case === 'identExpr' && node.exprKind.value.name === '@result'
}

function isOptionalCall(node: Expression): boolean {
  if (node.exprKind.case !== 'callExpr') return false
  const name = node.exprKind.value.function
  return name === '__optionalSelect' || name === '__optionalIndex'
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

function text(at: Expression, value: string): Expression {
  return withKind(at, {
    case: 'constExpr',
    value: { $typeName: 'cel.expr.Constant', constantKind: { case: 'stringValue', value } },
  })
}

function withKind(node: Expression, exprKind: ExpressionKind): Expression {
  return { ...node, exprKind }
}
