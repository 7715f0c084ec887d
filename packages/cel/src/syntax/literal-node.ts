import { bytesValue, stringValue } from './literals.ts'
import type { Expression, Nodes } from './nodes.ts'
import type { Token } from './tokens.ts'

type Report = (message: string, offset: number) => void

/** The node of a literal; a number that its type cannot hold is reported. */
export function literalNode(
  token: Token,
  isNegative: boolean,
  nodes: Nodes,
  report: Report,
): Expression {
  const offset = isNegative ? token.offset - 1 : token.offset
  const { kind, text } = token
  switch (kind) {
    case 'string':
      return nodes.text(stringValue(text), offset)
    case 'bytes':
      return nodes.constant({ case: 'bytesValue', value: bytesValue(text.slice(1)) }, offset)
    case 'double': {
      const value = isNegative ? -Number(text) : Number(text)
      return nodes.constant({ case: 'doubleValue', value }, offset)
    }
    case 'uint': {
      const value = BigInt(text.slice(0, -1))
      if (BigInt.asUintN(64, value) !== value) report('invalid uint literal', offset)
      return nodes.constant({ case: 'uint64Value', value }, offset)
    }
    default: {
      const value = isNegative ? -BigInt(text) : BigInt(text)
      if (BigInt.asIntN(64, value) !== value) report('invalid int literal', offset)
      return nodes.constant({ case: 'int64Value', value }, offset)
    }
  }
}
