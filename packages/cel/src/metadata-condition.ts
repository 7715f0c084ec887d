import { ConditionError } from './condition.ts'
import { parseExpression } from './expression.ts'
import { ExpressionError } from './syntax/issues.ts'
import type { Call, Expression } from './syntax/nodes.ts'

/** What metadata is compared with: a constant, or something of the caller. */
export type MetadataOperand =
  | { readonly constant: string | number | boolean | readonly (string | number)[] }
  /** The names below `consumer` or `claims`, such as `['consumer', 'groups']`. */
  | { readonly path: readonly string[] }

type Comparison = 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'in' | 'nin'

/** A condition on the metadata of something stored, in a form that stores can evaluate. */
export type MetadataCondition =
  | { readonly type: 'and' | 'or'; readonly conditions: readonly MetadataCondition[] }
  | { readonly type: Comparison; readonly key: string; readonly operand: MetadataOperand }

const joins: Readonly<Record<string, 'and' | 'or'>> = { '_&&_': 'and', '_||_': 'or' }

const comparisons: Readonly<Record<string, Comparison>> = {
  '_==_': 'eq',
  '_!=_': 'ne',
  '_>_': 'gt',
  '_>=_': 'gte',
  '_<_': 'lt',
  '_<=_': 'lte',
  '@in': 'in',
}

const mirrored: Readonly<Record<Comparison, Comparison | undefined>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'lt',
  gte: 'lte',
  lt: 'gt',
  lte: 'gte',
  in: undefined,
  nin: undefined,
}

/** The fields of `consumer`, and whether names of the author's choice stand below. */
const consumerFields: Readonly<Record<string, 'text' | 'texts' | 'map'>> = {
  name: 'text',
  namespace: 'text',
  groups: 'texts',
  metadata: 'map',
}

/**
 * Reads what CEL has of conditions on metadata: comparisons of `chunk.NAME` with constants, `consumer`
 * or `claims`, `in` with a list, and these joined by `&&` and `||`, an `in` also with `!` before it.
 * Throws a `ConditionError` for anything else.
 */
export function readMetadataCondition(source: string): MetadataCondition {
  try {
    return read(parseExpression(source).root)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    throw new ConditionError(error.issues[0]?.message ?? error.message, { cause: error })
  }
}

function read(node: Expression): MetadataCondition {
  const call = callOf(node)
  if (call === undefined) throw unreadable()
  const join = joins[call.function]
  if (join !== undefined) return { type: join, conditions: call.args.map(read) }
  if (call.function === '!_') {
    const inner = call.args[0] && read(call.args[0])
    if (inner?.type === 'in') return { ...inner, type: 'nin' }
    throw new ConditionError('! stands before an `in` only')
  }
  const type = comparisons[call.function]
  const [left, right] = call.args
  if (type === undefined || left === undefined || right === undefined) throw unreadable()
  const key = chunkKey(left)
  if (key !== undefined) return checked({ type, key, operand: operandOf(right) })
  const turned = mirrored[type]
  const other = chunkKey(right)
  if (turned === undefined || other === undefined) throw unreadable()
  return checked({ type: turned, key: other, operand: operandOf(left) })
}

/** Lists go with `in`, and with nothing else. */
function checked(
  condition: Extract<MetadataCondition, { readonly key: string }>,
): MetadataCondition {
  const { operand, type } = condition
  const takesList = type === 'in' || type === 'nin'
  const isList = 'constant' in operand ? Array.isArray(operand.constant) : isGroups(operand.path)
  const mayBeList = 'path' in operand && operand.path[0] === 'claims'
  if (takesList === isList || mayBeList) return condition
  throw new ConditionError(takesList ? '`in` takes a list' : 'a list goes with `in` only')
}

const isGroups = (path: readonly string[]) => path[0] === 'consumer' && path[1] === 'groups'

function operandOf(node: Expression): MetadataOperand {
  const path = pathOf(node)
  if (path !== undefined) return { path: checkedPath(path) }
  const { exprKind } = node
  if (exprKind.case !== 'listExpr') return { constant: constantOf(node) }
  const items = exprKind.value.elements.map(constantOf)
  if (!items.every((item) => typeof item !== 'boolean')) {
    throw new ConditionError('a list has strings and numbers only')
  }
  return { constant: items }
}

function checkedPath(path: readonly string[]): readonly string[] {
  const [root, field = '', ...rest] = path
  if (root === 'claims' && path.length > 1) return path
  const kind = root === 'consumer' ? consumerFields[field] : undefined
  if (kind !== undefined && rest.length === (kind === 'map' ? 1 : 0)) return path
  throw new ConditionError(
    `${path.join('.')} is not known; use consumer.name, consumer.namespace, consumer.groups, consumer.metadata.NAME or claims.NAME`,
  )
}

function constantOf({ exprKind }: Expression): string | number | boolean {
  const kind = exprKind.case === 'constExpr' ? exprKind.value.constantKind : undefined
  switch (kind?.case) {
    case 'stringValue':
    case 'boolValue':
    case 'doubleValue':
      return kind.value
    case 'int64Value':
    case 'uint64Value':
      return Number(kind.value)
    default:
      throw unreadable()
  }
}

function chunkKey(node: Expression): string | undefined {
  const path = pathOf(node)
  return path?.length === 2 && path[0] === 'chunk' ? path[1] : undefined
}

/** The names of `a.b.c`, or of `a["b"]`. */
function pathOf(node: Expression): readonly string[] | undefined {
  const { exprKind } = node
  if (exprKind.case === 'identExpr') return [exprKind.value.name]
  if (exprKind.case === 'selectExpr') {
    const { field, operand, testOnly } = exprKind.value
    const path = testOnly || operand === undefined ? undefined : pathOf(operand)
    return path && [...path, field]
  }
  const call = callOf(node)
  const [operand, index] = call?.function === '_[_]' ? call.args : []
  const path = operand && pathOf(operand)
  if (path === undefined || index === undefined) return undefined
  const name = constantOf(index)
  return typeof name === 'string' ? [...path, name] : undefined
}

function callOf({ exprKind }: Expression): Call | undefined {
  return exprKind.case === 'callExpr' && !exprKind.value.target ? exprKind.value : undefined
}

function unreadable(): ConditionError {
  return new ConditionError(
    'a store can evaluate comparisons of chunk.NAME with a constant, consumer or claims only, joined by && and ||',
  )
}
