import type { Checked, Scope } from './check/checked.ts'
import { check } from './check/checker.ts'
import { checkLiterals } from './check/check-literals.ts'
import { estimateCost, type SizeOf } from './cost/estimate-cost.ts'
import type { Range } from './cost/range.ts'
import type { Functions } from './declarations/functions.ts'
import { ExpressionError } from './syntax/issues.ts'
import type { Expression, Nodes } from './syntax/nodes.ts'
import { Parser } from './syntax/parser.ts'
import type { CelType } from './types/cel-type.ts'

/** How many characters an expression may have, as in cel-go. */
const sizeMax = 100_000

/** An expression that is valid CEL. */
interface ParsedExpression {
  readonly source: string
  readonly root: Expression
  readonly nodes: Nodes
}

/** An expression that uses names and types rightly. */
export interface CheckedExpression extends ParsedExpression {
  readonly checked: Checked
}

/** Parses an expression; macros are expanded. @throws ExpressionError */
export function parseExpression(source: string): ParsedExpression {
  if (source.length > sizeMax) {
    const size = Array.from(source).length
    const message = `expression code point size exceeds limit: size: ${size}, limit ${sizeMax}`
    if (size > sizeMax) throw new ExpressionError([{ message, offset: undefined }], source)
  }
  const parser = new Parser(source)
  const root = parser.parse()
  if (root === undefined) throw new ExpressionError(parser.issues, source)
  return { source, root, nodes: parser.nodes }
}

/**
 * Infers the types. @throws ExpressionError
 * @param accepts which literals `duration` and `timestamp` take
 */
export function checkExpression(
  parsed: ParsedExpression,
  scope: Scope,
  accepts: Readonly<Record<'duration' | 'timestamp', (text: string) => boolean>>,
): CheckedExpression {
  const checked = check(parsed.root, parsed.nodes, scope)
  const issues =
    checked.issues.length > 0
      ? checked.issues
      : checkLiterals(parsed.root, parsed.nodes, checked, accepts)
  if (issues.length > 0) throw new ExpressionError(issues, parsed.source)
  return { ...parsed, checked }
}

/** What an evaluation costs by estimate. */
export function expressionCost(
  { root, checked }: CheckedExpression,
  functions: Functions,
  sizeOf: SizeOf,
): Range {
  return estimateCost(root, checked, functions, sizeOf)
}

/** The type of the result. */
export function resultType({ checked }: CheckedExpression): CelType {
  return checked.type
}
