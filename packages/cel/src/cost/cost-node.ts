import type { Expression } from '../syntax/nodes.ts'
import type { CelType } from '../types/cel-type.ts'
import { exactly, type Range } from './range.ts'

/** A part of an expression, for the estimate of what a call costs. */
export interface CostNode {
  readonly type: CelType
  /**
   * How it is reached from a variable, which comes first: field names, `@items`, `@keys` and
   * `@values`. Undefined for what is not reached from one.
   */
  readonly path: readonly string[] | undefined
  readonly expression: Expression | undefined
  /** What the expression itself says of the size of its value. */
  readonly size: Range | undefined
}

/** The size of a literal; undefined for other expressions. */
export function literalSize({ exprKind }: Expression): Range | undefined {
  switch (exprKind.case) {
    case 'constExpr': {
      const { constantKind } = exprKind.value
      if (constantKind.case === 'stringValue') return exactly(Array.from(constantKind.value).length)
      return exactly(constantKind.case === 'bytesValue' ? constantKind.value.length : 1)
    }
    case 'listExpr':
      return exactly(exprKind.value.elements.length)
    case 'structExpr':
      return exactly(exprKind.value.entries.length)
    default:
      return undefined
  }
}
