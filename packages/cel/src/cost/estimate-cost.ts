import type { Checked } from '../check/checked.ts'
import type { Functions } from '../declarations/functions.ts'
import { accumulatorName } from '../syntax/macros.ts'
import { qualifiedName } from '../syntax/qualified-name.ts'
import type { Call, Comprehension, Expression } from '../syntax/nodes.ts'
import type { CelType } from '../types/cel-type.ts'
import { libraryCost } from './library-cost.ts'
import { literalSize, type CostNode } from './cost-node.ts'
import {
  add,
  exactly,
  most,
  multiply,
  none,
  one,
  type Range,
  scale,
  union,
  unlimited,
} from './range.ts'

/** What is known of the size of a value that a variable leads to; undefined when nothing is. */
export type SizeOf = (path: readonly string[]) => Range | undefined

/** What a call costs, its arguments not included, and how large its result is. */
interface CallCost {
  readonly cost: Range
  readonly size?: Range
}

/** Reading ten characters costs one. */
const characterCost = 0.1

/** A pattern costs a quarter of its length for each character that it is tried on. */
const patternCost = 0.25

const listCost = exactly(10)
const mapCost = exactly(30)

/**
 * What evaluating a checked expression costs, in the units that Kubernetes limits. As the estimate of
 * cel-go with Kubernetes' figures for its own functions.
 */
export function estimateCost(
  root: Expression,
  checked: Checked,
  functions: Functions,
  sizeOf: SizeOf,
): Range {
  return new Estimator(checked, functions, sizeOf).cost(root)
}

class Estimator {
  readonly #checked: Checked
  readonly #functions: Functions
  readonly #sizeOf: SizeOf
  readonly #paths = new Map<bigint, readonly string[]>()
  readonly #sizes = new Map<bigint, Range>()
  /** The ranges that the variables of the loops around run over, innermost last. */
  readonly #ranges: (readonly [variable: string, range: Expression])[] = []

  constructor(checked: Checked, functions: Functions, sizeOf: SizeOf) {
    this.#checked = checked
    this.#functions = functions
    this.#sizeOf = sizeOf
  }

  cost(node: Expression | undefined): Range {
    const kind = node?.exprKind
    switch (kind?.case) {
      case 'identExpr':
        return this.#ident(node as Expression, kind.value.name)
      case 'selectExpr':
        return this.#select(node as Expression)
      case 'callExpr':
        return this.#call(node as Expression, kind.value)
      case 'listExpr':
        return add(listCost, ...kind.value.elements.map((element) => this.cost(element)))
      case 'structExpr':
        return add(
          mapCost,
          ...kind.value.entries.flatMap(({ keyKind, value }) => [
            keyKind.case === 'mapKey' ? this.cost(keyKind.value) : none,
            this.cost(value),
          ]),
        )
      case 'comprehensionExpr':
        return this.#loop(node as Expression, kind.value)
      default:
        return none
    }
  }

  #ident(node: Expression, name: string): Range {
    const range = this.#ranges.findLast(([variable]) => variable === name)?.[1]
    if (!range) this.#paths.set(node.id, [name])
    else {
      const { kind } = this.#checked.typeOf(range)
      const path = this.#paths.get(range.id) ?? []
      if (kind === 'list') this.#paths.set(node.id, [...path, '@items'])
      if (kind === 'map') this.#paths.set(node.id, [...path, '@keys'])
    }
    return one
  }

  #select(node: Expression): Range {
    if (node.exprKind.case !== 'selectExpr') return none
    const { operand, field, testOnly } = node.exprKind.value
    if (!operand) return none
    const name = this.#checked.qualifiedNameOf(node)
    if (name !== undefined) return this.#ident(node, name)
    const cost = this.cost(operand)
    // Asking for presence costs nothing.
    if (testOnly) return cost
    this.#paths.set(node.id, [...(this.#paths.get(operand.id) ?? []), field])
    const { kind } = this.#checked.typeOf(operand)
    return kind === 'map' || kind === 'object' || kind === 'parameter' ? add(cost, one) : cost
  }

  #call(node: Expression, call: Call): Range {
    const costs = call.args.map((arg) => this.cost(arg))
    const args = call.args.map((arg) => this.#node(arg))
    const overloads = this.#checked.overloadsOf(node)
    if (overloads.length === 0) return none
    const isMember = call.target !== undefined && !this.#isQualified(call)
    const targetCost = isMember ? this.cost(call.target) : none
    const target = isMember && call.target ? this.#node(call.target) : undefined
    const name = isMember || !call.target ? call.function : this.#qualifiedName(call)
    let total: Range = { min: most, max: 0 }
    let size: Range | undefined
    for (const overload of overloads) {
      const found = this.#overloadCost(name, overload, target, args, costs)
      total = union(total, found.cost)
      if (found.size) size = size ? union(size, found.size) : found.size
      this.#notePath(node, overload, call.args[0])
    }
    if (size) this.#sizes.set(node.id, size)
    return add(targetCost, total)
  }

  #qualifiedName(call: Call): string {
    return `${(call.target && qualifiedName(call.target)) ?? ''}.${call.function}`
  }

  /** Whether the target is part of the function's name, as in `sets.contains(a, b)`. */
  #isQualified(call: Call): boolean {
    return this.#functions.get(this.#qualifiedName(call)) !== undefined
  }

  #notePath(node: Expression, overload: string, container: Expression | undefined): void {
    const path = (container && this.#paths.get(container.id)) ?? []
    if (overload === 'index_list') this.#paths.set(node.id, [...path, '@items'])
    if (overload === 'index_map') this.#paths.set(node.id, [...path, '@values'])
  }

  #overloadCost(
    name: string,
    overload: string,
    target: CostNode | undefined,
    args: readonly CostNode[],
    costs: readonly Range[],
  ): CallCost {
    const ofArgs = costs.length === 0 ? none : add(...costs)
    // A target that a function of a name of its own has not stands where cel-go has an empty one.
    const known = libraryCost(name, overload, target, args, (node) => this.#librarySize(node))
    const found = known ?? this.#standardCost(overload, target, args, costs)
    if (overload === 'logical_and' || overload === 'logical_or' || overload === 'conditional') {
      return found
    }
    return { ...found, cost: add(found.cost, ofArgs) }
  }

  #standardCost(
    overload: string,
    target: CostNode | undefined,
    args: readonly CostNode[],
    costs: readonly Range[],
  ): CallCost {
    const [first, second] = args
    const size = (node: CostNode | undefined) => (node ? this.#size(node) : none)
    switch (overload) {
      case 'string_format':
        return { cost: scale(size(target), characterCost) }
      case 'string_to_bytes': {
        const { min, max } = size(first)
        return { cost: scale({ min, max }, characterCost), size: { min, max: max * 4 } }
      }
      case 'bytes_to_string': {
        const { min, max } = size(first)
        return { cost: scale({ min, max }, characterCost), size: { min: Math.floor(min / 4), max } }
      }
      case 'strings_quote': {
        const { min, max } = size(first)
        const result = { min: min + 2, max: max * 2 + 2 }
        return { cost: scale({ min, max }, characterCost), size: result }
      }
      case 'starts_with_string':
      case 'ends_with_string':
        return { cost: scale(size(first), characterCost) }
      case 'in_list':
        return { cost: size(second) }
      case 'matches_string': {
        if (!target) return { cost: one }
        const text = scale(add(size(target), one), characterCost)
        return { cost: multiply(text, scale(size(first), patternCost)) }
      }
      case 'contains_string': {
        const text = scale(size(target), characterCost)
        return { cost: multiply(text, scale(size(first), characterCost)) }
      }
      case 'logical_and':
      case 'logical_or': {
        const [left = none, right = none] = costs
        return { cost: { min: left.min, max: add(left, right).max } }
      }
      case 'conditional': {
        const [condition = none, yes = none, no = none] = costs
        const result = union(size(args[1]), size(args[2]))
        return { cost: add(condition, union(yes, no)), size: result }
      }
      case 'add_list':
        return { cost: one, size: add(size(first), size(second)) }
      case 'add_string':
      case 'add_bytes': {
        const result = add(size(first), size(second))
        return { cost: scale(result, characterCost), size: result }
      }
      default:
        return { cost: comparing.has(overload) ? this.#comparison(size(first), size(second)) : one }
    }
  }

  /** Two values are compared as far as the shorter one goes. */
  #comparison(left: Range, right: Range): Range {
    const max = Math.min(left.max, right.max)
    return scale({ min: max > 0 ? 1 : 0, max }, characterCost)
  }

  #loop(node: Expression, loop: Comprehension): Range {
    const { iterRange, accuInit, loopCondition, loopStep, result } = loop
    if (!iterRange) return none
    const before = add(this.cost(iterRange), this.cost(accuInit))
    this.#ranges.push([loop.iterVar, iterRange])
    const step = add(this.cost(loopCondition), this.cost(loopStep))
    this.#ranges.pop()
    const after = this.cost(result)
    const count = this.#size(this.#node(iterRange))
    this.#sizes.set(node.id, count)
    return add(before, after, multiply(count, step))
  }

  #node(expression: Expression): CostNode {
    const path = this.#paths.get(expression.id)
    return {
      type: this.#checked.typeOf(expression),
      path: path?.[0] === accumulatorName ? undefined : path,
      expression,
      size: this.#sizes.get(expression.id) ?? literalSize(expression),
    }
  }

  #known({ size, path }: CostNode): Range | undefined {
    return size ?? (path === undefined || path.length === 0 ? undefined : this.#sizeOf(path))
  }

  #size(node: CostNode): Range {
    return this.#known(node) ?? (isScalar(node.type) ? one : unlimited)
  }

  #librarySize(node: CostNode): Range {
    return this.#known(node) ?? unlimited
  }
}

const comparing: ReadonlySet<string> = new Set([
  ...['less', 'greater', 'less_equals', 'greater_equals'].flatMap((name) => [
    `${name}_string`,
    `${name}_bytes`,
  ]),
  'equals',
  'not_equals',
])

function isScalar({ kind }: CelType): boolean {
  return ['bool', 'double', 'duration', 'int', 'timestamp', 'uint'].includes(kind)
}
