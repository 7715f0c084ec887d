import { dyn, type CelType, isExactType } from '../types/cel-type.ts'
import type { CostNode } from './cost-node.ts'
import { add, exactly, most, multiply, none, one, type Range, scale, union } from './range.ts'

interface CallCost {
  readonly cost: Range
  readonly size?: Range
}

type SizeOf = (node: CostNode) => Range

/** The parts of a call whose cost is estimated. */
interface Parts {
  readonly overload: string
  /** Undefined for functions that have none. */
  readonly target: CostNode | undefined
  readonly args: readonly CostNode[]
  readonly size: SizeOf
}

const characterCost = 0.1
const patternCost = 0.25

/** An IP address has 4 or 16 bytes. */
const addressSize: Range = { min: 4, max: 16 }

/** The longest pattern of a named format. */
const formatPatternSize = 128

/**
 * Kubernetes' figures for the functions of its libraries and of the string extension; undefined for
 * others, or where it has none. As CostEstimator in Kubernetes' apiserver.
 */
export function libraryCost(
  name: string,
  overload: string,
  target: CostNode | undefined,
  args: readonly CostNode[],
  size: SizeOf,
): CallCost | undefined {
  return costs.get(name)?.({ overload, target, args, size })
}

type Cost = (parts: Parts) => CallCost | undefined

const nominal: Cost = () => ({ cost: one })

/** An authorization check: two of them are affordable in an expression. */
const check: Cost = () => ({ cost: exactly(350_000) })

const selector: Cost = ({ args, size }) => {
  const [text] = args
  if (args.length !== 1 || !text) return undefined
  const length = size(text)
  const requirements = scale(scale(length, 0.5), 50)
  return { cost: add(exactly(10), scale(length, characterCost), requirements) }
}

const traversal: Cost = ({ target, size }) => {
  if (!target) return undefined
  const item = itemNode(target)
  if (!item) return { cost: scale(size(target), characterCost) }
  const isText = item.type.kind === 'string' || item.type.kind === 'bytes'
  const itemCost = isText ? add(one, scale(size(item), characterCost)) : one
  return { cost: multiply(size(target), itemCost) }
}

const readArgument: Cost = ({ args, size }) => {
  const [text] = args
  if (args.length !== 1 || !text) return undefined
  return { cost: scale(size(text), characterCost), size: size(text) }
}

const readTarget: Cost = ({ target, size }) =>
  target && { cost: scale(size(target), characterCost), size: size(target) }

const replace: Cost = ({ target, args, size }) => {
  const [replaced, replacement] = args
  if (!target || !replaced || !replacement) return undefined
  const text = size(target)
  return {
    cost: scale(text, 2 * characterCost),
    size: replacedSize(text, size(replaced), size(replacement)),
  }
}

function replacedSize(text: Range, replaced: Range, replacement: Range): Range {
  let count = none
  let kept = none
  // An empty text is found around every character.
  if (replaced.min === 0) {
    count = { ...count, max: text.max + 1 }
    kept = { ...kept, max: text.max }
  } else if (replacement.max <= replaced.min) kept = { ...kept, max: text.max }
  else count = { ...count, max: Math.ceil(text.max / replaced.min) }
  if (replaced.max === 0) {
    count = { ...count, min: text.min + 1 }
    kept = { ...kept, min: text.min }
  } else if (replaced.max <= replacement.min) kept = { ...kept, min: text.min }
  else count = { ...count, min: Math.ceil(text.min / replaced.max) }
  return add(multiply(count, replacement), kept)
}

const split: Cost = ({ target, args, size }) => {
  if (!target) return undefined
  const text = size(target)
  const limit = literalInt(args[1])
  const max = limit === undefined ? text.max : limit < 0 ? most : limit
  return { cost: scale(text, 2 * characterCost), size: { min: 0, max } }
}

const join: Cost = ({ target, args, size }) => {
  if (!target) return undefined
  const items = size(target)
  const item = itemNode(target)
  let length = item ? multiply(items, size(item)) : none
  const [separator] = args
  if (separator) {
    const separators = { min: Math.max(0, items.min - 1), max: Math.max(0, items.max - 1) }
    length = add(length, multiply(size(separator), separators))
  }
  return { cost: scale(length, characterCost), size: length }
}

const find: Cost = ({ target, args, size }) => {
  const [pattern] = args
  if (!target || !pattern) return undefined
  const text = size(target)
  const textCost = scale(add(text, one), characterCost)
  const cost = multiply(textCost, scale(size(pattern), patternCost))
  return { cost, size: { min: 0, max: text.max } }
}

/**
 * What reading the first argument costs. Kubernetes looks at it only where the call could have a
 * target; of functions without one cel-go passes an empty target, so that it always does.
 */
function parse(factor: number): Cost {
  return ({ args, size }) => {
    const [text] = args
    return text && { cost: scale(size(text), factor) }
  }
}

const parseAddress: Cost = (parts) =>
  parts.overload === 'cidr_ip' ? { cost: one } : parse(characterCost)(parts)

const containsAddress: Cost = ({ overload, args, size }) => {
  const compared = scale(add(addressSize, addressSize), characterCost)
  const [other] = args
  const isText = overload === 'cidr_contains_ip_string' && other
  return { cost: isText ? add(compared, scale(size(other), characterCost)) : compared }
}

const containsRange: Cost = ({ overload, args, size }) => {
  const compared = scale(add(addressSize, addressSize), characterCost)
  const masked = add(compared, scale(addressSize, characterCost), one)
  const [other] = args
  const isText = overload === 'cidr_contains_cidr_string' && other
  return { cost: isText ? add(masked, scale(size(other), characterCost)) : masked }
}

const validate: Cost = ({ args, size }) => {
  const [text] = args
  if (!text) return undefined
  const read = scale(size(text), characterCost)
  return { cost: scale(read, formatPatternSize * patternCost) }
}

/** Every item of one list is compared with every item of the other. */
function sets(factor: number): Cost {
  return ({ args, size }) => {
    const [left, right] = args
    if (!left || !right) return undefined
    return { cost: add(scale(multiply(size(left), size(right)), factor), one) }
  }
}

const constantEquality: ReadonlySet<string> = new Set([
  'net.IP',
  'net.CIDR',
  'kubernetes.Quantity',
  'kubernetes.authorization.Authorizer',
  'kubernetes.authorization.PathCheck',
  'kubernetes.authorization.GroupCheck',
  'kubernetes.authorization.ResourceCheck',
  'kubernetes.authorization.Decision',
])

const equality: Cost = ({ args }) => {
  const [left, right] = args
  if (!left || !right || !isExactType(left.type, right.type)) return undefined
  const { name } = left.type
  if (constantEquality.has(name)) return { cost: one }
  if (name === 'kubernetes.NamedFormat') {
    return { cost: scale({ min: 1, max: 64 }, characterCost) }
  }
  if (name !== 'kubernetes.URL') return undefined
  const size = right.size ? union(right.size, right.size) : one
  return { cost: scale({ min: 1, max: size.max }, characterCost) }
}

const costs: ReadonlyMap<string, Cost> = new Map([
  ['check', check],
  ['fieldSelector', selector],
  ['labelSelector', selector],
  ['url', readArgument],
  ['jsonpatch.escapeKey', readArgument],
  ['replace', replace],
  ['split', split],
  ['join', join],
  ['ip', parseAddress],
  ['ip.isCanonical', parse(2 * characterCost)],
  ['containsIP', containsAddress],
  ['containsCIDR', containsRange],
  ['validate', validate],
  ['_==_', equality],
  ...named(['sets.contains', 'sets.intersects'], sets(1)),
  ['sets.equivalent', sets(2)],
  ...named(['isSorted', 'sum', 'max', 'min', 'indexOf', 'lastIndexOf'], traversal),
  ...named(['lowerAscii', 'upperAscii', 'substring', 'trim'], readTarget),
  ...named(['find', 'findAll'], find),
  ...named(['cidr', 'isIP', 'isCIDR', 'quantity', 'isQuantity'], parse(characterCost)),
  ...named(
    `serviceAccount path group resource subresource namespace name allowed reason error errored
     masked prefixLength family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast
     isGlobalUnicast format.named sign asInteger isInteger asApproximateFloat isGreaterThan isLessThan
     compareTo add sub getScheme getHostname getHost getPort getEscapedPath getQuery`.split(/\s+/),
    nominal,
  ),
])

function named(names: readonly string[], cost: Cost): [string, Cost][] {
  return names.map((name) => [name, cost])
}

/** Any item of a list; undefined for what has no items. */
function itemNode({ type, path }: CostNode): CostNode | undefined {
  const item: CelType | undefined = type.parameters[0]
  if (!item) return undefined
  return {
    type: item ?? dyn,
    path: path && [...path, '@items'],
    expression: undefined,
    size: undefined,
  }
}

function literalInt(node: CostNode | undefined): number | undefined {
  const kind = node?.expression?.exprKind
  if (kind?.case !== 'constExpr') return undefined
  const { constantKind } = kind.value
  return constantKind.case === 'int64Value' ? Number(constantKind.value) : undefined
}
