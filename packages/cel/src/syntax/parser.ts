import type { Issue } from './issues.ts'
import { literalNode } from './literal-node.ts'
import { expandMacro, isProblem } from './macros.ts'
import { Nodes, type Expression, type StructLiteral } from './nodes.ts'
import { canFollowOperand, canStart, TokenReader, Unreadable } from './token-reader.ts'
import type { Token } from './tokens.ts'

/** Names that are no variables, as in CEL's specification. */
const reserved: ReadonlySet<string> = new Set(
  'as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

const relations: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in'])

/** Reads one expression by CEL's grammar; macros are expanded. Wording as of cel-go's parser. */
export class Parser {
  readonly nodes = new Nodes()
  readonly #in: TokenReader

  constructor(source: string) {
    this.#in = new TokenReader(source)
  }

  get issues(): readonly Issue[] {
    return this.#in.issues
  }

  /** The expression; undefined where there are issues. */
  parse(): Expression | undefined {
    try {
      const expression = this.#expression()
      if (this.#in.next.kind !== 'end') this.#in.unexpectedEnd()
      return this.#in.issues.length === 0 ? expression : undefined
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error
      return undefined
    }
  }

  #expression(): Expression {
    return this.#in.nested(() => {
      const condition = this.#or()
      const operator = this.#in.takes('?')
      if (!operator) return condition
      const first = this.#or()
      this.#in.expect(':', "':'", () => false)
      const second = this.#expression()
      return this.nodes.call('_?_:_', [condition, first, second], operator.offset)
    })
  }

  #or(): Expression {
    return this.#logical('||', '_||_', () => this.#and())
  }

  #and(): Expression {
    return this.#logical('&&', '_&&_', () => this.#relation())
  }

  /** A chain of one logical operator becomes a balanced tree. */
  #logical(symbol: string, name: string, read: () => Expression): Expression {
    const terms = [read()]
    const offsets: number[] = []
    for (let token = this.#in.takes(symbol); token; token = this.#in.takes(symbol)) {
      offsets.push(token.offset)
      terms.push(read())
    }
    const tree = (low: number, high: number): Expression => {
      if (low === high) return terms[low] as Expression
      const middle = Math.floor((low + high) / 2)
      const args = [tree(low, middle), tree(middle + 1, high)]
      return this.nodes.call(name, args, offsets[middle] ?? 0)
    }
    return tree(0, terms.length - 1)
  }

  #relation(): Expression {
    let left = this.#sum()
    while (this.#in.next.kind === 'symbol' && relations.has(this.#in.next.text)) {
      const { text, offset } = this.#in.take()
      const name = text === 'in' ? '@in' : `_${text}_`
      left = this.nodes.call(name, [left, this.#sum()], offset)
    }
    return left
  }

  #sum(): Expression {
    return this.#chain(['+', '-'], () => this.#product())
  }

  #product(): Expression {
    return this.#chain(['*', '/', '%'], () => this.#unary())
  }

  #chain(symbols: string[], read: () => Expression): Expression {
    let left = read()
    for (let token = this.#in.takes(...symbols); token; token = this.#in.takes(...symbols)) {
      left = this.nodes.call(`_${token.text}_`, [left, read()], token.offset)
    }
    return left
  }

  #unary(): Expression {
    const isNumber = ['int', 'double'].includes(this.#in.at(1).kind)
    if (this.#in.isNext('!') || (this.#in.isNext('-') && !isNumber)) {
      const { text, offset } = this.#in.take()
      let count = 1
      while (this.#in.takes(text)) count += 1
      const operand = this.#in.nested(() => this.#member(text))
      return count % 2 === 0 ? operand : this.nodes.call(`${text}_`, [operand], offset)
    }
    return this.#member()
  }

  #member(after = ''): Expression {
    let expression = this.#primary(after)
    for (;;) {
      const dot = this.#in.takes('.')
      if (dot) expression = this.#field(expression, dot)
      else {
        const bracket = this.#in.takes('[')
        if (!bracket) return expression
        expression = this.#index(expression, bracket)
      }
    }
  }

  #field(operand: Expression, dot: Token): Expression {
    const isOptional = this.#in.takes('?') !== undefined
    const name = this.#in.next
    if (name.kind !== 'identifier') this.#noField(dot, isOptional)
    this.#in.take()
    const open = isOptional ? undefined : this.#in.takes('(')
    if (open) return this.#call(name.text, operand, open.offset)
    if (!isOptional) return this.nodes.select(operand, name.text, false, dot.offset)
    const field = this.nodes.text(name.text, name.offset)
    return this.nodes.call('_?._', [operand, field], dot.offset)
  }

  #noField(dot: Token, isOptional: boolean): never {
    const { text, kind } = this.#in.next
    if (isOptional) this.#in.syntaxError(`missing IDENTIFIER at '${text}'`)
    else {
      const shown = kind === 'end' ? dot.text : dot.text + text
      this.#in.syntaxError(`no viable alternative at input '${shown}'`)
    }
    return this.#in.stop()
  }

  #index(operand: Expression, bracket: Token): Expression {
    const isOptional = this.#in.takes('?') !== undefined
    if (!isOptional) this.#in.checkStart(["'?'"])
    const index = this.#expression()
    this.#in.expect(']', "']'", canFollowOperand)
    const name = isOptional ? '_[?_]' : '_[_]'
    return this.nodes.call(name, [operand, index], bracket.offset)
  }

  /** The arguments and the call; a macro is expanded. */
  #call(name: string, target: Expression | undefined, offset: number): Expression {
    const args: Expression[] = []
    if (!this.#in.isNext(')')) {
      this.#in.checkStart(["')'"])
      do args.push(this.#expression())
      while (this.#in.takes(','))
    }
    this.#in.expect(')', "')'", canFollowOperand)
    const expansion = expandMacro(name, target, args, { nodes: this.nodes, offset })
    if (expansion === undefined) return this.nodes.call(name, args, offset, target)
    if (!isProblem(expansion)) return expansion
    this.#in.report(expansion.message, this.nodes.offsetOf(expansion.at))
    return expansion.at
  }

  #primary(after: string): Expression {
    this.#in.checkStart([], after)
    const token = this.#in.take()
    switch (token.kind) {
      case 'int':
      case 'uint':
      case 'double':
      case 'string':
      case 'bytes':
        return this.#literal(token, false)
      case 'identifier':
        return this.#name(token, '')
      case 'symbol':
        return this.#symbol(token)
      case 'end':
        return this.#in.stop()
    }
  }

  #symbol(token: Token): Expression {
    const { offset } = token
    switch (token.text) {
      case '(': {
        const inner = this.#expression()
        this.#in.expect(')', "')'", canFollowOperand)
        return inner
      }
      case '[':
        return this.#list(offset)
      case '{':
        return this.nodes.struct('', this.#entries(), offset)
      case '.':
        if (this.#in.next.kind !== 'identifier') this.#noField(token, false)
        return this.#name(this.#in.take(), '.')
      case '-':
        return this.#literal(this.#in.take(), true)
      case 'null':
        return this.nodes.nullValue(offset)
      default:
        return this.nodes.constant({ case: 'boolValue', value: token.text === 'true' }, offset)
    }
  }

  #name(token: Token, prefix: string): Expression {
    const open = this.#in.takes('(')
    if (reserved.has(token.text)) {
      this.#in.report(`reserved identifier: ${token.text}`, token.offset)
    }
    if (open) return this.#call(prefix + token.text, undefined, open.offset)
    return this.#message(token, prefix) ?? this.nodes.ident(prefix + token.text, token.offset)
  }

  /** `a.b{…}` is the literal of a message; undefined where none begins. */
  #message(token: Token, prefix: string): Expression | undefined {
    let length = 0
    let name = prefix + token.text
    while (this.#in.at(length).text === '.' && this.#in.at(length + 1).kind === 'identifier') {
      name += `.${this.#in.at(length + 1).text}`
      length += 2
    }
    const brace = this.#in.at(length)
    if (brace.kind !== 'symbol' || brace.text !== '{') return undefined
    this.#in.skip(length + 1)
    return this.nodes.struct(name, this.#fields(), brace.offset)
  }

  #list(offset: number): Expression {
    const elements: Expression[] = []
    const optional: number[] = []
    while (!this.#in.isNext(']')) {
      if (this.#in.takes('?')) optional.push(elements.length)
      elements.push(this.#expression())
      if (!this.#in.takes(',')) {
        this.#in.expect(']', "{']', ','}", canFollowOperand)
        return this.nodes.list(elements, offset, optional)
      }
      if (!canStart(this.#in.next) && !this.#in.isNext('?')) break
    }
    this.#in.expect(']', "']'", canFollowOperand)
    return this.nodes.list(elements, offset, optional)
  }

  #entries(): StructLiteral['entries'] {
    return this.#pairs(() => {
      const value = this.#expression()
      return { case: 'mapKey' as const, value }
    })
  }

  #fields(): StructLiteral['entries'] {
    return this.#pairs(() => {
      const { kind, text } = this.#in.take()
      if (kind !== 'identifier') this.#in.stop()
      return { case: 'fieldKey' as const, value: text }
    })
  }

  #pairs(key: () => StructLiteral['entries'][number]['keyKind']): StructLiteral['entries'] {
    const entries: StructLiteral['entries'] = []
    while (!this.#in.isNext('}')) {
      const isOptional = this.#in.takes('?') !== undefined
      const keyKind = key()
      const colon = this.#in.expect(':', "':'", canStart)
      entries.push(this.nodes.entry(keyKind, this.#expression(), isOptional, colon.offset))
      if (!this.#in.takes(',')) {
        this.#in.expect('}', "{'}', ','}", canFollowOperand)
        return entries
      }
    }
    this.#in.take()
    return entries
  }

  #literal(token: Token, isNegative: boolean): Expression {
    return literalNode(token, isNegative, this.nodes, (message, offset) =>
      this.#in.report(message, offset),
    )
  }
}
