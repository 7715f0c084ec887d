import type { Call, Comprehension, Expression, ParsedExpression } from './expression.ts'
import { bool, dyn, int, string, type ValueType } from './value-type.ts'

type Scope = ReadonlyMap<string, ValueType>

/** Thrown for an expression that uses an unknown name or operands of incompatible types. */
export class ExpressionTypeError extends Error {
  override name = 'ExpressionTypeError'
  readonly offset: number
  constructor(message: string, offset: number) {
    super(message)
    this.offset = offset
  }
}

/**
 * The type of an expression's result, as far as it can be known. Throws an `ExpressionTypeError` for
 * unknown names, fields and functions and for operators between different types. What it cannot know is left to
 * evaluation.
 */
export function checkExpression(
  parsed: ParsedExpression,
  variables: Scope,
  hasFunction: (name: string) => boolean,
): ValueType {
  return new Checker(parsed, hasFunction).typeOf(parsed.expression, variables)
}

const typeNames = [
  'bool',
  'int',
  'uint',
  'double',
  'string',
  'bytes',
  'list',
  'map',
  'type',
  'null_type',
]
const arithmetic = ['_+_', '_-_', '_*_', '_/_', '_%_']
const comparisons = ['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_']
const comparable = [
  'bool',
  'int',
  'double',
  'string',
  'bytes',
  'timestamp',
  'duration',
  'list',
  'map',
]

const resultTypes: ReadonlyMap<string, ValueType> = new Map([
  ...[
    '_&&_',
    '_||_',
    '!_',
    '@in',
    ...comparisons,
    '@not_strictly_false',
    'matches',
    'startsWith',
    'endsWith',
    'contains',
    'hasValue',
    'isSorted',
    'isURL',
    'isIP',
    'isCIDR',
    'isQuantity',
    'isLessThan',
    'isGreaterThan',
    'isInteger',
    'containsIP',
    'containsCIDR',
    'sets.contains',
    'sets.equivalent',
    'sets.intersects',
    'bool',
  ].map((name) => [name, bool] as const),
  ...['size', 'int', 'compareTo', 'getFullYear', 'getHours', 'getMinutes', 'getSeconds'].map(
    (name) => [name, int] as const,
  ),
  ...[
    'string',
    'find',
    'lowerAscii',
    'upperAscii',
    'replace',
    'substring',
    'trim',
    'charAt',
    'join',
    'getHost',
    'getHostname',
    'getPort',
    'getScheme',
    'getEscapedPath',
  ].map((name) => [name, string] as const),
  ['double', { name: 'double' }],
  ['timestamp', { name: 'timestamp' }],
  ['duration', { name: 'duration' }],
])

class Checker {
  readonly #parsed: ParsedExpression
  readonly #hasFunction: (name: string) => boolean

  constructor(parsed: ParsedExpression, hasFunction: (name: string) => boolean) {
    this.#parsed = parsed
    this.#hasFunction = hasFunction
  }

  typeOf(node: Expression | undefined, scope: Scope): ValueType {
    const kind = node?.exprKind
    switch (kind?.case) {
      case 'constExpr':
        return constants[kind.value.constantKind.case ?? ''] ?? dyn
      case 'identExpr':
        return this.#variable(node, kind.value.name, scope)
      case 'selectExpr': {
        const { operand, field, testOnly } = kind.value
        const type = this.#field(node, this.typeOf(operand, scope), field)
        return testOnly ? bool : type
      }
      case 'callExpr':
        return this.#call(node, kind.value, scope)
      case 'listExpr': {
        const [first = dyn, ...rest] = kind.value.elements.map((item) => this.typeOf(item, scope))
        const element = rest.every((type) => type.name === first.name) ? first : dyn
        return { name: 'list', element: () => element }
      }
      case 'structExpr':
        for (const { value } of kind.value.entries) this.typeOf(value, scope)
        return { name: 'map', element: () => dyn }
      case 'comprehensionExpr':
        return this.#loop(kind.value, scope)
      case undefined:
        return dyn
    }
  }

  #variable(node: Expression | undefined, name: string, scope: Scope): ValueType {
    const type = scope.get(name)
    if (type) return type
    if (typeNames.includes(name)) return { name: 'type' }
    return this.#fail(node, `undeclared reference to '${name}' (in container '')`)
  }

  #field(node: Expression | undefined, type: ValueType, name: string): ValueType {
    if (type.name === 'dyn') return dyn
    if (type.name === 'map') return type.element?.() ?? dyn
    if (type.name !== 'object') {
      return this.#fail(node, `type '${type.name}' does not support field selection`)
    }
    return type.field?.(name) ?? this.#fail(node, `undefined field '${name}'`)
  }

  #call(node: Expression | undefined, call: Call, scope: Scope): ValueType {
    const qualified = qualifiedName(call)
    if (qualified && !scope.has(qualified.split('.')[0] ?? '') && this.#hasFunction(qualified)) {
      for (const arg of call.args) this.typeOf(arg, scope)
      return resultTypes.get(qualified) ?? dyn
    }
    if (!this.#hasFunction(call.function)) {
      return this.#fail(node, `undeclared reference to '${call.function}' (in container '')`)
    }
    const target = call.target && this.typeOf(call.target, scope)
    const types = call.args.map((arg) => this.typeOf(arg, scope))
    return this.#result(node, call.function, target, types)
  }

  #result(
    node: Expression | undefined,
    name: string,
    target: ValueType | undefined,
    args: readonly ValueType[],
  ): ValueType {
    const [first = dyn, second = dyn, third = dyn] = args
    if (name === '_[_]') return first.element?.() ?? dyn
    if (name === '_?_:_') return second.name === third.name ? second : dyn
    if (['_&&_', '_||_', '!_'].includes(name)) this.#logical(node, name, args)
    if (comparisons.includes(name)) this.#comparison(node, name, first, second)
    if (arithmetic.includes(name)) return this.#arithmetic(node, name, first, second)
    if (name === '__optionalSelect' && target) return dyn
    return resultTypes.get(name) ?? dyn
  }

  #logical(node: Expression | undefined, name: string, args: readonly ValueType[]): void {
    const wrong = args.some((type) => type.name !== 'bool' && type.name !== 'dyn')
    if (wrong) this.#noOverload(node, name, args)
  }

  #comparison(node: Expression | undefined, name: string, a: ValueType, b: ValueType): void {
    const known = comparable.includes(a.name) && comparable.includes(b.name)
    const numbers = isNumber(a) && isNumber(b) && name !== '_==_' && name !== '_!=_'
    if (known && a.name !== b.name && !numbers) this.#noOverload(node, name, [a, b])
  }

  #arithmetic(node: Expression | undefined, name: string, a: ValueType, b: ValueType): ValueType {
    const known = [a, b].every((type) => ['bool', 'int', 'double', 'string'].includes(type.name))
    if (known && (a.name !== b.name || a.name === 'bool')) this.#noOverload(node, name, [a, b])
    if (known && a.name === 'string' && name !== '_+_') this.#noOverload(node, name, [a, b])
    return known ? a : dyn
  }

  #loop(loop: Comprehension, scope: Scope): ValueType {
    const range = this.typeOf(loop.iterRange, scope)
    const item = range.name === 'map' || range.name === 'object' ? string : range.element?.()
    const accumulated = this.typeOf(loop.accuInit, scope)
    const isList = accumulated.name === 'list'
    const inside = new Map(scope)
    inside.set(loop.iterVar, item ?? dyn)
    inside.set(loop.accuVar, isList ? dyn : accumulated)
    this.typeOf(loop.loopCondition, inside)
    const step = this.typeOf(loop.loopStep, inside)
    if (isList) return { name: 'list', element: () => dyn }
    if (accumulated.name === 'bool' && step.name !== 'bool' && step.name !== 'dyn') return step
    return this.typeOf(loop.result, inside)
  }

  #noOverload(node: Expression | undefined, name: string, args: readonly ValueType[]): never {
    const types = args.map((type) => type.name).join(', ')
    return this.#fail(node, `found no matching overload for '${name}' applied to '(${types})'`)
  }

  #fail(node: Expression | undefined, message: string): never {
    throw new ExpressionTypeError(message, node ? this.#parsed.offsetOf(node) : 0)
  }
}

const constants: Readonly<Record<string, ValueType>> = {
  boolValue: bool,
  int64Value: int,
  uint64Value: { name: 'uint' },
  doubleValue: { name: 'double' },
  stringValue: string,
  bytesValue: { name: 'bytes' },
  nullValue: { name: 'null_type' },
}

function isNumber(type: ValueType): boolean {
  return type.name === 'int' || type.name === 'double'
}

/** `sets.contains` in `sets.contains(a, b)`. */
function qualifiedName(call: Call): string | undefined {
  const target = call.target?.exprKind
  return target?.case === 'identExpr' ? `${target.value.name}.${call.function}` : undefined
}
