/** Objects and lists within each other; the real server allows 10,000, which no stack of ours holds. */
export const nestingDepthMax = 500

type State =
  'value' | 'value or end' | 'key or end' | 'key' | 'colon' | 'after value' | 'after document'

const whitespace = ' \t\r\n'

/**
 * Why these bytes are not JSON, in the words of Go's `encoding/json`; undefined if they are. Takes
 * linear time and no stack, however deep the text is.
 */
export function jsonSyntaxError(bytes: Buffer): string | undefined {
  return new SyntaxScan(bytes).run()
}

class SyntaxScan {
  readonly #bytes: Buffer
  readonly #open: ('{' | '[')[] = []
  #position = 0
  #state: State = 'value'

  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }

  run(): string | undefined {
    for (;;) {
      while (this.#position < this.#bytes.length && whitespace.includes(this.#at())) {
        this.#position += 1
      }
      if (this.#position >= this.#bytes.length) {
        return this.#state === 'after document' ? undefined : 'unexpected end of JSON input'
      }
      const problem = this.#step(this.#at())
      if (problem !== undefined) return problem
    }
  }

  #at(): string {
    return String.fromCharCode(this.#bytes[this.#position] ?? 0)
  }

  #step(character: string): string | undefined {
    switch (this.#state) {
      case 'value or end':
        if (character === ']') return this.#close()
        return this.#value(character)
      case 'value':
        return this.#value(character)
      case 'key or end':
        if (character === '}') return this.#close()
        return this.#key(character)
      case 'key':
        return this.#key(character)
      case 'colon':
        if (character !== ':') return invalid(character, 'after object key')
        return this.#enter('value')
      case 'after value':
        return this.#afterValue(character)
      case 'after document':
        return invalid(character, 'after top-level value')
    }
  }

  #enter(state: State): undefined {
    this.#state = state
    this.#position += 1
  }

  #close(): undefined {
    this.#open.pop()
    this.#position += 1
    this.#ended()
  }

  #ended(): void {
    this.#state = this.#open.length === 0 ? 'after document' : 'after value'
  }

  #key(character: string): string | undefined {
    if (character !== '"') return invalid(character, 'looking for beginning of object key string')
    const problem = this.#string()
    this.#state = 'colon'
    return problem
  }

  #afterValue(character: string): string | undefined {
    const isObject = this.#open.at(-1) === '{'
    if (character === ',') return this.#enter(isObject ? 'key' : 'value')
    if (character === (isObject ? '}' : ']')) return this.#close()
    return invalid(character, isObject ? 'after object key:value pair' : 'after array element')
  }

  #value(character: string): string | undefined {
    if (character === '{' || character === '[') {
      this.#open.push(character)
      if (this.#open.length > nestingDepthMax) return invalid(character, 'exceeded max depth')
      return this.#enter(character === '{' ? 'key or end' : 'value or end')
    }
    const problem = this.#scalar(character)
    this.#ended()
    return problem
  }

  #scalar(character: string): string | undefined {
    if (character === '"') return this.#string()
    if (character === 't') return this.#literal('true')
    if (character === 'f') return this.#literal('false')
    if (character === 'n') return this.#literal('null')
    if (character === '-' || (character >= '0' && character <= '9')) return this.#number()
    return invalid(character, 'looking for beginning of value')
  }

  #literal(word: string): string | undefined {
    for (const expected of word) {
      if (this.#position >= this.#bytes.length) return 'unexpected end of JSON input'
      const character = this.#at()
      if (character !== expected) {
        return invalid(character, `in literal ${word} (expecting ${quoteCharacter(expected)})`)
      }
      this.#position += 1
    }
    return undefined
  }

  #string(): string | undefined {
    this.#position += 1
    while (this.#position < this.#bytes.length) {
      const character = this.#at()
      this.#position += 1
      if (character === '"') return undefined
      if (character < ' ') return invalid(character, 'in string literal')
      if (character !== '\\') continue
      const problem = this.#escape()
      if (problem !== undefined) return problem
    }
    return 'unexpected end of JSON input'
  }

  #escape(): string | undefined {
    if (this.#position >= this.#bytes.length) return undefined
    const character = this.#at()
    this.#position += 1
    if ('bfnrt\\/"'.includes(character)) return undefined
    if (character !== 'u') return invalid(character, 'in string escape code')
    for (let digit = 0; digit < 4; digit++) {
      if (this.#position >= this.#bytes.length) return undefined
      const hexadecimal = this.#at()
      if (!/[0-9a-fA-F]/.test(hexadecimal)) {
        return invalid(hexadecimal, 'in \\u hexadecimal character escape')
      }
      this.#position += 1
    }
    return undefined
  }

  #number(): string | undefined {
    if (this.#at() === '-') this.#position += 1
    if (this.#at() === '0' && this.#position < this.#bytes.length) this.#position += 1
    else {
      const problem = this.#digits('in numeric literal')
      if (problem !== undefined) return problem
    }
    if (this.#is('.')) {
      this.#position += 1
      const problem = this.#digits('after decimal point in numeric literal')
      if (problem !== undefined) return problem
    }
    if (!this.#is('e') && !this.#is('E')) return undefined
    this.#position += 1
    if (this.#is('+') || this.#is('-')) this.#position += 1
    return this.#digits('in exponent of numeric literal')
  }

  #is(character: string): boolean {
    return this.#position < this.#bytes.length && this.#at() === character
  }

  #digits(context: string): string | undefined {
    if (this.#position >= this.#bytes.length) return 'unexpected end of JSON input'
    const first = this.#at()
    if (first < '0' || first > '9') return invalid(first, context)
    while (this.#position < this.#bytes.length && /[0-9]/.test(this.#at())) this.#position += 1
    return undefined
  }
}

function invalid(character: string, context: string): string {
  return `invalid character ${quoteCharacter(character)} ${context}`
}

/** As Go quotes one byte of the text. */
function quoteCharacter(character: string): string {
  if (character === "'") return `'\\''`
  if (character === '"') return `'"'`
  const named: Readonly<Record<string, string>> = {
    '\\': '\\\\',
    '\n': '\\n',
    '\r': '\\r',
    '\t': '\\t',
    '\b': '\\b',
    '\f': '\\f',
    '\v': '\\v',
    '\x07': '\\a',
  }
  const code = character.charCodeAt(0)
  const isPrintable = (code >= 0x20 && code < 0x7f) || (code > 0xa0 && code !== 0xad)
  const unprintable =
    code < 0x80
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`
  return `'${named[character] ?? (isPrintable ? character : unprintable)}'`
}
