import type { Functions, Overload } from '../declarations/functions.ts'
import type { Issue } from '../syntax/issues.ts'
import type {
  Call,
  Comprehension,
  Expression,
  ListLiteral,
  Nodes,
  StructLiteral,
} from '../syntax/nodes.ts'
import {
  bool,
  type CelType,
  dyn,
  errorType,
  formatType,
  listOf,
  mapOf,
  optionalContent,
  optionalOfType,
} from '../types/cel-type.ts'
import { mostGeneral, Substitution } from '../types/substitution.ts'
import type { Checked, Scope } from './checked.ts'
import { constantTypes } from './constant-types.ts'
import { OverloadResolver } from './overload-resolver.ts'
import { fieldType, loopItemType } from './part-types.ts'
import { qualifiedName } from '../syntax/qualified-name.ts'
import { typeVariables } from './type-variables.ts'

/** Infers the types of an expression and of its parts, as cel-go's checker does, in its wording. */
export function check(root: Expression, nodes: Nodes, scope: Scope): Checked {
  return new Checker(nodes, scope).check(root)
}

class Checker {
  readonly #nodes: Nodes
  readonly #functions: Functions
  readonly #global: ReadonlyMap<string, CelType>
  readonly #structs: NonNullable<Scope['structs']>
  /** Variables of the loops around, innermost last. */
  readonly #local: (readonly [name: string, type: CelType])[] = []
  readonly #types = new Map<bigint, CelType>()
  readonly #overloads = new Map<bigint, readonly string[]>()
  readonly #variables = new Set<string>()
  readonly #qualified = new Map<bigint, string>()
  readonly #issues: Issue[] = []
  readonly #substitution = new Substitution()
  readonly #resolver = new OverloadResolver(this.#substitution)

  constructor(nodes: Nodes, { variables, functions, structs = () => undefined }: Scope) {
    this.#nodes = nodes
    this.#structs = structs
    this.#global = variables
    this.#functions = functions
  }

  check(root: Expression): Checked {
    this.#check(root)
    for (const [id, type] of this.#types) {
      this.#types.set(id, this.#substitution.substitute(type, true))
    }
    const typeOfNode = (node: Expression): CelType => this.#types.get(node.id) ?? dyn
    return {
      type: typeOfNode(root),
      typeOf: typeOfNode,
      isEvaluated: (node) => this.#types.has(node.id) || this.#qualified.has(node.id),
      overloadsOf: (node) => this.#overloads.get(node.id) ?? [],
      variables: this.#variables,
      qualifiedNameOf: (node) => this.#qualified.get(node.id),
      issues: this.#issues,
    }
  }

  #check(node: Expression): CelType {
    const type = this.#infer(node)
    this.#types.set(node.id, type)
    return type
  }

  #infer(node: Expression): CelType {
    const kind = node.exprKind
    switch (kind.case) {
      case 'constExpr':
        return constantTypes[kind.value.constantKind.case ?? ''] ?? dyn
      case 'identExpr':
        return this.#ident(node, kind.value.name)
      case 'selectExpr':
        return this.#select(node, kind.value.operand ?? node, kind.value.field, kind.value.testOnly)
      case 'callExpr':
        return this.#call(node, kind.value)
      case 'listExpr':
        return this.#list(kind.value)
      case 'structExpr':
        return this.#struct(node, kind.value)
      case 'comprehensionExpr':
        return this.#loop(kind.value)
      case undefined:
        return dyn
    }
  }

  #ident(node: Expression, name: string): CelType {
    const type = this.#lookUp(name)
    if (type) return type
    this.#undeclared(node, name)
    return errorType
  }

  #lookUp(name: string): CelType | undefined {
    const plain = name.startsWith('.') ? name.slice(1) : name
    const local = this.#local.findLast(([known]) => known === name)
    if (local) return local[1]
    const type = this.#global.get(plain)
    if (type) this.#variables.add(plain)
    return type ?? typeVariables.get(plain)
  }

  #select(node: Expression, operand: Expression, field: string, testOnly: boolean): CelType {
    const name = testOnly ? undefined : qualifiedName(node)
    const type = name === undefined ? undefined : this.#lookUp(name)
    if (type && name !== undefined) {
      this.#qualified.set(node.id, name)
      return type
    }
    const result = this.#field(node, operand, field, false)
    return testOnly ? bool : this.#substitution.substitute(result)
  }

  #field(node: Expression, operand: Expression, field: string, isOptional: boolean): CelType {
    const operandType = this.#substitution.substitute(this.#check(operand))
    const content = optionalContent(operandType)
    const result = this.#fieldOf(node, content ?? operandType, field)
    return content !== undefined || isOptional ? optionalOfType(result) : result
  }

  #fieldOf(node: Expression, type: CelType, field: string): CelType {
    // What stands for any type must not be taken for another later.
    if (type.kind === 'parameter') this.#substitution.isAssignable(dyn, type)
    const { type: found, problem } = fieldType(type, field)
    if (problem !== undefined) this.#report(node, problem)
    return found
  }

  #call(node: Expression, call: Call): CelType {
    const [first, second] = call.args
    if (call.function === '_?._' && first && second) {
      this.#overloads.set(node.id, ['select_optional_field'])
      return this.#substitution.substitute(this.#field(node, first, textOf(second), true))
    }
    for (const arg of call.args) this.#check(arg)
    if (!call.target) return this.#resolve(node, call.function, undefined, call.args)
    const prefix = qualifiedName(call.target)
    const qualified = prefix === undefined ? undefined : `${prefix}.${call.function}`
    if (qualified !== undefined && this.#functions.get(qualified)) {
      return this.#resolve(node, qualified, undefined, call.args)
    }
    this.#check(call.target)
    return this.#resolve(node, call.function, call.target, call.args)
  }

  #resolve(
    node: Expression,
    name: string,
    target: Expression | undefined,
    args: readonly Expression[],
  ): CelType {
    const overloads = this.#functions.get(name.startsWith('.') ? name.slice(1) : name)
    if (!overloads) {
      this.#undeclared(node, name)
      return errorType
    }
    const types = [...(target ? [target] : []), ...args].map((each) => this.#known(each))
    if (name === '_&&_' || name === '_||_') return this.#logical(node, overloads, args, types)
    const resolution = this.#resolver.resolve(overloads, target !== undefined, types)
    if (resolution) {
      this.#overloads.set(node.id, resolution.ids)
      return resolution.result
    }
    const shown = types.map((type) => formatType(this.#substitution.substitute(type, true)))
    const receiver = target ? `${shown.shift() ?? ''}.` : ''
    const signature = `${receiver}(${shown.join(', ')})`
    this.#report(node, `found no matching overload for '${name}' applied to '${signature}'`)
    return errorType
  }

  #known(node: Expression): CelType {
    return this.#types.get(node.id) ?? dyn
  }

  #logical(
    node: Expression,
    overloads: readonly Overload[],
    args: readonly Expression[],
    types: readonly CelType[],
  ): CelType {
    const wrong = types.flatMap((type, index) =>
      this.#substitution.isAssignable(type, bool) ? [] : [index],
    )
    for (const index of wrong) {
      this.#mismatch(args[index] ?? node, bool, types[index] ?? dyn)
    }
    if (wrong.length > 0) return errorType
    this.#overloads.set(
      node.id,
      overloads.map(({ id }) => id),
    )
    return bool
  }

  #list({ elements, optionalIndices }: ListLiteral): CelType {
    let joined: CelType | undefined
    for (const [index, element] of elements.entries()) {
      const type = this.#check(element)
      const found = optionalIndices.includes(index) ? this.#content(element, type) : type
      joined = this.#join(joined, found)
    }
    return listOf(joined ?? this.#resolver.freshParameter())
  }

  /** The type of what an optional entry of a literal holds. */
  #content(node: Expression, type: CelType): CelType {
    const content = optionalContent(type)
    if (content) return content
    if (type.kind !== 'dyn') this.#mismatch(node, optionalOfType(type), type)
    return type
  }

  #struct(node: Expression, { messageName, entries }: StructLiteral): CelType {
    if (messageName !== '') return this.#message(node, messageName, entries)
    let key: CelType | undefined
    let value: CelType | undefined
    for (const entry of entries) {
      if (entry.keyKind.case !== 'mapKey' || !entry.value) continue
      const keyNode = entry.keyKind.value
      key = this.#join(key, this.#check(keyNode))
      const type = this.#check(entry.value)
      const found = entry.optionalEntry ? this.#content(entry.value, type) : type
      value = this.#join(value, found)
    }
    return mapOf(value ?? this.#resolver.freshParameter(), key ?? this.#resolver.freshParameter())
  }

  #message(node: Expression, name: string, entries: StructLiteral['entries']): CelType {
    const type = this.#structs(name)
    if (type === undefined) {
      this.#undeclared(node, name)
      return errorType
    }
    for (const { keyKind, value, optionalEntry, id } of entries) {
      if (keyKind.case !== 'fieldKey' || !value) continue
      const found = this.#check(value)
      const given = optionalEntry ? this.#content(value, found) : found
      const { type: wanted, problem } = fieldType(type, keyKind.value)
      if (problem !== undefined) this.#report({ id }, problem)
      else if (!this.#substitution.isAssignable(wanted, given)) {
        const message = `expected type of field '${keyKind.value}' is '${formatType(wanted)}' but provided type is '${formatType(given)}'`
        this.#report({ id }, message)
      }
    }
    return type
  }

  /** The type of entries of a literal; that they are of one type is checked later. */
  #join(before: CelType | undefined, type: CelType): CelType {
    if (!before) return type
    return this.#substitution.isAssignable(before, type) ? mostGeneral(before, type) : dyn
  }

  #loop(loop: Comprehension): CelType {
    const { iterRange, accuInit, loopCondition, loopStep, result } = loop
    if (!iterRange || !accuInit || !loopCondition || !loopStep || !result) return dyn
    this.#check(iterRange)
    const accumulated = this.#check(accuInit)
    const range = this.#substitution.substitute(this.#known(iterRange))
    const item = this.#itemOf(iterRange, range)
    this.#local.push([loop.accuVar, accumulated], [loop.iterVar, item])
    this.#check(loopCondition)
    this.#assert(loopCondition, bool)
    this.#check(loopStep)
    this.#assert(loopStep, accumulated)
    this.#local.pop()
    this.#check(result)
    this.#local.pop()
    return this.#substitution.substitute(this.#known(result))
  }

  #itemOf(node: Expression, range: CelType): CelType {
    if (range.kind === 'parameter') this.#substitution.isAssignable(dyn, range)
    const { type, problem } = loopItemType(range)
    if (problem !== undefined) this.#report(node, problem)
    return type
  }

  #assert(node: Expression, type: CelType): void {
    const found = this.#known(node)
    if (!this.#substitution.isAssignable(type, found)) this.#mismatch(node, type, found)
  }

  #mismatch(node: Expression, expected: CelType, actual: CelType): void {
    const message = `expected type '${formatType(expected)}' but found '${formatType(actual)}'`
    this.#report(node, message)
  }

  #undeclared(node: Expression, name: string): void {
    this.#report(node, `undeclared reference to '${name}' (in container '')`)
  }

  #report(node: Pick<Expression, 'id'>, message: string): void {
    this.#issues.push({ message, offset: this.#nodes.offsetOf(node) })
  }
}

/** The text of a literal. */
function textOf({ exprKind }: Expression): string {
  if (exprKind.case !== 'constExpr') return ''
  const { constantKind } = exprKind.value
  return constantKind.case === 'stringValue' ? constantKind.value : ''
}
