import type { Expression, Nodes } from './nodes.ts'

/** What a loop builds its result in, as in cel-go. */
export const accumulatorName = '__result__'

/** A call that a macro does not accept, with the argument that is wrong. */
interface MacroProblem {
  readonly message: string
  readonly at: Expression
}

type Expansion = Expression | MacroProblem

interface MacroCall {
  readonly nodes: Nodes
  readonly target: Expression
  readonly args: readonly Expression[]
  /** Of the call: what the macro adds is there. */
  readonly offset: number
}

/**
 * Expands the call of a macro, as cel-go does; undefined for the call of a function. `target` is
 * undefined for calls without one.
 */
export function expandMacro(
  name: string,
  target: Expression | undefined,
  args: readonly Expression[],
  context: { readonly nodes: Nodes; readonly offset: number },
): Expansion | undefined {
  if (target === undefined) {
    const [argument] = args
    return name === 'has' && args.length === 1 && argument ? has(argument, context) : undefined
  }
  const expand = macros.get(`${name}/${args.length}`)
  return expand?.({ ...context, target, args })
}

export function isProblem(expansion: Expansion): expansion is MacroProblem {
  return 'message' in expansion
}

const macros: ReadonlyMap<string, (call: MacroCall) => Expansion> = new Map([
  ['all/2', all],
  ['exists/2', exists],
  ['exists_one/2', existsOne],
  ['map/2', map],
  ['map/3', map],
  ['filter/2', filter],
  ['optMap/2', (call: MacroCall) => optionalMap(call, 'optMap')],
  ['optFlatMap/2', (call: MacroCall) => optionalMap(call, 'optFlatMap')],
])

function has(
  argument: Expression,
  { nodes, offset }: { readonly nodes: Nodes; readonly offset: number },
): Expansion {
  const { exprKind } = argument
  if (exprKind.case !== 'selectExpr' || !exprKind.value.operand) {
    return { message: 'invalid argument to has() macro', at: argument }
  }
  return nodes.select(exprKind.value.operand, exprKind.value.field, true, offset)
}

function all(call: MacroCall): Expansion {
  const { nodes, offset, args } = call
  const accumulated = () => nodes.ident(accumulatorName, offset)
  return quantifier(call, {
    start: nodes.constant({ case: 'boolValue', value: true }, offset),
    condition: nodes.call('@not_strictly_false', [accumulated()], offset),
    step: nodes.call('_&&_', [accumulated(), ...args.slice(1)], offset),
    result: accumulated(),
  })
}

function exists(call: MacroCall): Expansion {
  const { nodes, offset, args } = call
  const accumulated = () => nodes.ident(accumulatorName, offset)
  const continues = nodes.call('!_', [accumulated()], offset)
  return quantifier(call, {
    start: nodes.constant({ case: 'boolValue', value: false }, offset),
    condition: nodes.call('@not_strictly_false', [continues], offset),
    step: nodes.call('_||_', [accumulated(), ...args.slice(1)], offset),
    result: accumulated(),
  })
}

function existsOne(call: MacroCall): Expansion {
  const { nodes, offset, args } = call
  const accumulated = () => nodes.ident(accumulatorName, offset)
  const int = (value: bigint) => nodes.constant({ case: 'int64Value', value }, offset)
  const more = nodes.call('_+_', [accumulated(), int(1n)], offset)
  return quantifier(call, {
    start: int(0n),
    condition: nodes.constant({ case: 'boolValue', value: true }, offset),
    step: nodes.call('_?_:_', [...args.slice(1), more, accumulated()], offset),
    result: nodes.call('_==_', [accumulated(), int(1n)], offset),
  })
}

interface LoopParts {
  readonly start: Expression
  readonly condition: Expression
  readonly step: Expression
  readonly result: Expression
}

function quantifier(call: MacroCall, parts: LoopParts): Expansion {
  return loop(call, parts, 'argument must be a simple name')
}

function loop(call: MacroCall, parts: LoopParts, problem: string): Expansion {
  const { nodes, offset, target, args } = call
  const [variable] = args
  const name = variable && simpleName(variable)
  if (name === undefined) return { message: problem, at: variable ?? target }
  return nodes.loop(
    { range: target, variable: name, accumulator: accumulatorName, ...parts },
    offset,
  )
}

function map(call: MacroCall): Expansion {
  const { nodes, offset, args } = call
  const [, condition, transform = condition] = args
  const filtered = args.length === 3 ? condition : undefined
  return builder(call, transform, filtered, (name) => nodes.ident(name, offset))
}

function filter(call: MacroCall): Expansion {
  const [variable, condition] = call.args
  return builder(call, variable, condition, (name) => call.nodes.ident(name, call.offset))
}

/** A loop that appends `item` to a list, where `condition` holds. */
function builder(
  call: MacroCall,
  item: Expression | undefined,
  condition: Expression | undefined,
  ident: (name: string) => Expression,
): Expansion {
  const { nodes, offset, target } = call
  const accumulated = () => ident(accumulatorName)
  const addition = nodes.list([item ?? target], offset)
  const appended = nodes.call('_+_', [accumulated(), addition], offset)
  nodes.noteAppend(appended)
  const parts: LoopParts = {
    start: nodes.list([], offset),
    condition: nodes.constant({ case: 'boolValue', value: true }, offset),
    step: condition ? nodes.call('_?_:_', [condition, appended, accumulated()], offset) : appended,
    result: accumulated(),
  }
  return loop(call, parts, 'argument is not an identifier')
}

/** `T.optMap(v, e)`: with the value of T as v, an optional e; none where T is none. */
function optionalMap(call: MacroCall, macro: 'optMap' | 'optFlatMap'): Expansion {
  const { nodes, offset, target, args } = call
  const [variable, body] = args
  const name = variable && simpleName(variable)
  if (name === undefined || body === undefined) {
    const message = `${macro}() variable name must be a simple identifier`
    return { message, at: variable ?? target }
  }
  const bound = nodes.loop(
    {
      range: nodes.list([], offset),
      variable: '#unused',
      accumulator: name,
      start: nodes.call('value', [], offset, nodes.copy(target)),
      condition: nodes.constant({ case: 'boolValue', value: false }, offset),
      step: nodes.ident(name, offset),
      result: body,
    },
    offset,
  )
  const some = macro === 'optMap' ? nodes.call('optional.of', [bound], offset) : bound
  const none = nodes.call('optional.none', [], offset)
  return nodes.call('_?_:_', [nodes.call('hasValue', [], offset, target), some, none], offset)
}

function simpleName({ exprKind }: Expression): string | undefined {
  return exprKind.case === 'identExpr' ? exprKind.value.name : undefined
}
