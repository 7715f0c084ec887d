import { parse } from '@bufbuild/cel'

/** A node of the syntax tree, as the evaluator takes it. */
export type Expression = ReturnType<typeof parse>['expr']
export type ExpressionKind = Expression['exprKind']
export type Comprehension = Extract<ExpressionKind, { case: 'comprehensionExpr' }>['value']
export type Call = Extract<ExpressionKind, { case: 'callExpr' }>['value']
export type ListLiteral = Extract<ExpressionKind, { case: 'listExpr' }>['value']
export type StructLiteral = Extract<ExpressionKind, { case: 'structExpr' }>['value']
type ConstantKind = Extract<ExpressionKind, { case: 'constExpr' }>['value']['constantKind']

/** Makes nodes and knows where in the text each of them is. */
export class Nodes {
  readonly #offsets = new Map<bigint, number>()
  readonly #appends = new Set<bigint>()
  #last = 0n

  make(exprKind: ExpressionKind, offset: number): Expression {
    this.#last += 1n
    this.#offsets.set(this.#last, offset)
    return { $typeName: 'cel.expr.Expr', id: this.#last, exprKind }
  }

  /** Notes that a sum adds one item to the list that a loop builds, which nothing else sees. */
  noteAppend(sum: Expression): void {
    this.#appends.add(sum.id)
  }

  isAppend(node: Pick<Expression, 'id'>): boolean {
    return this.#appends.has(node.id)
  }

  offsetOf(node: Pick<Expression, 'id'>): number {
    return this.#offsets.get(node.id) ?? 0
  }

  constant(constantKind: ConstantKind, offset: number): Expression {
    const value = { $typeName: 'cel.expr.Constant' as const, constantKind }
    return this.make({ case: 'constExpr', value }, offset)
  }

  /** As the evaluator itself reads it: the type of its number for null is not exported. */
  nullValue(offset: number): Expression {
    return this.make(parse('null').expr.exprKind, offset)
  }

  text(value: string, offset: number): Expression {
    return this.constant({ case: 'stringValue', value }, offset)
  }

  ident(name: string, offset: number): Expression {
    const value = { $typeName: 'cel.expr.Expr.Ident' as const, name }
    return this.make({ case: 'identExpr', value }, offset)
  }

  call(name: string, args: Expression[], offset: number, target?: Expression): Expression {
    const value: Call = {
      $typeName: 'cel.expr.Expr.Call',
      function: name,
      args,
      ...(target && { target }),
    }
    return this.make({ case: 'callExpr', value }, offset)
  }

  select(operand: Expression, field: string, testOnly: boolean, offset: number): Expression {
    const value = { $typeName: 'cel.expr.Expr.Select' as const, operand, field, testOnly }
    return this.make({ case: 'selectExpr', value }, offset)
  }

  list(elements: Expression[], offset: number, optionalIndices: number[] = []): Expression {
    const value = {
      $typeName: 'cel.expr.Expr.CreateList' as const,
      elements,
      optionalIndices,
    }
    return this.make({ case: 'listExpr', value }, offset)
  }

  struct(messageName: string, entries: StructLiteral['entries'], offset: number): Expression {
    const value = { $typeName: 'cel.expr.Expr.CreateStruct' as const, messageName, entries }
    return this.make({ case: 'structExpr', value }, offset)
  }

  entry(
    keyKind: StructLiteral['entries'][number]['keyKind'],
    value: Expression,
    optionalEntry: boolean,
    offset: number,
  ): StructLiteral['entries'][number] {
    this.#last += 1n
    this.#offsets.set(this.#last, offset)
    return {
      $typeName: 'cel.expr.Expr.CreateStruct.Entry',
      id: this.#last,
      keyKind,
      value,
      optionalEntry,
    }
  }

  loop(
    loop: {
      readonly range: Expression
      readonly variable: string
      readonly accumulator: string
      readonly start: Expression
      readonly condition: Expression
      readonly step: Expression
      readonly result: Expression
    },
    offset: number,
  ): Expression {
    const value: Comprehension = {
      $typeName: 'cel.expr.Expr.Comprehension',
      iterVar: loop.variable,
      iterVar2: '',
      iterRange: loop.range,
      accuVar: loop.accumulator,
      accuInit: loop.start,
      loopCondition: loop.condition,
      loopStep: loop.step,
      result: loop.result,
    }
    return this.make({ case: 'comprehensionExpr', value }, offset)
  }

  /** The same tree with nodes of its own. */
  copy(node: Expression): Expression {
    return this.make(
      mapChildren(node.exprKind, (child) => this.copy(child)),
      this.offsetOf(node),
    )
  }
}

/** Calls back for a node and all below it. */
export function eachNode(node: Expression, visit: (node: Expression) => void): void {
  visit(node)
  mapChildren(node.exprKind, (child) => {
    eachNode(child, visit)
    return child
  })
}

/** The same kind of node with other children. */
export function mapChildren(
  kind: ExpressionKind,
  change: (child: Expression) => Expression,
): ExpressionKind {
  switch (kind.case) {
    case 'selectExpr': {
      const { operand } = kind.value
      return operand
        ? { case: kind.case, value: { ...kind.value, operand: change(operand) } }
        : kind
    }
    case 'callExpr': {
      const target = kind.value.target && change(kind.value.target)
      const args = kind.value.args.map(change)
      return { case: kind.case, value: { ...kind.value, args, ...(target && { target }) } }
    }
    case 'listExpr':
      return {
        case: kind.case,
        value: { ...kind.value, elements: kind.value.elements.map(change) },
      }
    case 'structExpr': {
      const entries = kind.value.entries.map((entry) => ({
        ...entry,
        keyKind:
          entry.keyKind.case === 'mapKey'
            ? { case: entry.keyKind.case, value: change(entry.keyKind.value) }
            : entry.keyKind,
        ...(entry.value && { value: change(entry.value) }),
      }))
      return { case: kind.case, value: { ...kind.value, entries } }
    }
    case 'comprehensionExpr':
      return { case: kind.case, value: mapLoop(kind.value, change) }
    case 'constExpr':
    case 'identExpr':
    case undefined:
      return kind
  }
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
