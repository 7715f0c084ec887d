import { compilePattern } from '../pattern.ts'
import type { Issue } from '../syntax/issues.ts'
import {
  type Call,
  type Expression,
  type ListLiteral,
  mapChildren,
  type Nodes,
  type StructLiteral,
} from '../syntax/nodes.ts'
import { type CelType, formatType, isExactType, optionalContent } from '../types/cel-type.ts'
import type { Checked } from './checked.ts'

/** Whether a text is what the function with this name accepts. */
type Accepts = (text: string) => boolean

/**
 * Literal arguments that their functions would refuse, and literals whose entries are of different
 * types, in the wording of cel-go's validators.
 * @param accepts for `duration` and `timestamp`
 */
export function checkLiterals(
  root: Expression,
  nodes: Nodes,
  checked: Checked,
  accepts: Readonly<Record<'duration' | 'timestamp', Accepts>>,
): Issue[] {
  return new LiteralChecker(nodes, checked, accepts).check(root)
}

class LiteralChecker {
  readonly #nodes: Nodes
  readonly #checked: Checked
  readonly #validators: ReadonlyMap<string, Accepts>
  readonly #issues: Issue[] = []

  constructor(
    nodes: Nodes,
    checked: Checked,
    accepts: Readonly<Record<'duration' | 'timestamp', Accepts>>,
  ) {
    this.#nodes = nodes
    this.#checked = checked
    this.#validators = new Map([
      ['duration', accepts.duration],
      ['timestamp', accepts.timestamp],
      ['matches', isPattern],
    ])
  }

  check(root: Expression): Issue[] {
    this.#visit(root, false)
    return this.#issues
  }

  /** @param mayMix whether the node is in a call of `format`, which takes values of all types */
  #visit(node: Expression, mayMix: boolean): Expression {
    const { exprKind } = node
    if (exprKind.case === 'callExpr') this.#call(exprKind.value)
    if (!mayMix && exprKind.case === 'listExpr') this.#list(exprKind.value)
    if (!mayMix && exprKind.case === 'structExpr') this.#map(exprKind.value)
    const mixes = mayMix || (exprKind.case === 'callExpr' && exprKind.value.function === 'format')
    mapChildren(exprKind, (child) => this.#visit(child, mixes))
    return node
  }

  #call(call: Call): void {
    const validator = this.#validators.get(call.function)
    const [argument] = call.args
    const text = argument && literalText(argument)
    if (!validator || !argument || text === undefined || validator(text)) return
    this.#report(argument, `invalid ${call.function} argument`)
  }

  #list({ elements, optionalIndices }: ListLiteral): void {
    const optional = new Set(optionalIndices)
    let first: CelType | undefined
    for (const [index, element] of elements.entries()) {
      const type = this.#typeOf(element, optional.has(index))
      first ??= type
      if (!isExactType(first, type)) {
        this.#mismatch(element, first, type)
        return
      }
    }
  }

  #map({ entries }: StructLiteral): void {
    let first: { readonly key: CelType; readonly value: CelType } | undefined
    for (const { keyKind, value: valueNode, optionalEntry } of entries) {
      if (keyKind.case !== 'mapKey' || !valueNode) continue
      const key = this.#typeOf(keyKind.value, false)
      const value = this.#typeOf(valueNode, optionalEntry)
      first ??= { key, value }
      if (!isExactType(first.key, key)) this.#mismatch(keyKind.value, first.key, key)
      if (!isExactType(first.value, value)) this.#mismatch(valueNode, first.value, value)
    }
  }

  #typeOf(node: Expression, isOptional: boolean): CelType {
    const type = this.#checked.typeOf(node)
    return isOptional ? (optionalContent(type) ?? type) : type
  }

  #mismatch(node: Expression, expected: CelType, actual: CelType): void {
    const message = `expected type '${formatType(expected)}' but found '${formatType(actual)}'`
    this.#report(node, message)
  }

  #report(node: Expression, message: string): void {
    this.#issues.push({ message, offset: this.#nodes.offsetOf(node) })
  }
}

function literalText({ exprKind }: Expression): string | undefined {
  if (exprKind.case !== 'constExpr') return undefined
  const { constantKind } = exprKind.value
  return constantKind.case === 'stringValue' ? constantKind.value : undefined
}

function isPattern(text: string): boolean {
  try {
    compilePattern(text)
    return true
  } catch {
    return false
  }
}
