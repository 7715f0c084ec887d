import { isRespelled, numberEnd, startsNumber, startsString, stringEnd } from './json-token.ts'
import { isRawNumber, rawNumber } from './raw-number.ts'

const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d
const comma = 0x2c

type Container = Record<string, unknown> | unknown[]

/** An object or list that the position in the text is within. */
interface Level {
  readonly isList: boolean
  /** In a list: how many values stand before the position. */
  index: number
  /** In an object: whether the next string is a name, and where the last name stands. */
  expectsName: boolean
  nameStart: number
  nameEnd: number
  /**
   * Its value, looked up when a number in it needs that. Undefined before; null if a later field of
   * the same name has replaced it.
   */
  container: Container | null | undefined
}

/**
 * The parsed value of a JSON text, with a RawNumber for each number that JavaScript would write in
 * another way. Changes the value. Takes time linear in the text, and no stack, however deep it is.
 */
export function keepSpelling(text: string, value: unknown): unknown {
  return new SpellingWalk(text, value).run()
}

class SpellingWalk {
  readonly #text: string
  readonly #levels: Level[] = []
  #root: unknown
  /** From the first such number on, a plain one may replace one that had the same name. */
  #hasRespelled = false

  constructor(text: string, value: unknown) {
    this.#text = text
    this.#root = value
  }

  run(): unknown {
    const text = this.#text
    let position = 0
    while (position < text.length) {
      const code = text.charCodeAt(position)
      if (startsString(code)) {
        position = this.#string(position)
      } else if (startsNumber(code)) {
        position = this.#number(position)
      } else {
        this.#punctuation(code)
        position += 1
      }
    }
    return this.#root
  }

  #punctuation(code: number): void {
    switch (code) {
      case openBrace:
      case openBracket:
        this.#levels.push(newLevel(code === openBracket))
        break
      case closeBrace:
      case closeBracket:
        this.#levels.pop()
        break
      case comma: {
        const level = this.#levels.at(-1)
        if (level === undefined) break
        level.index += 1
        level.expectsName = !level.isList
        break
      }
    }
  }

  #string(start: number): number {
    const end = stringEnd(this.#text, start)
    const level = this.#levels.at(-1)
    if (level?.expectsName === true) {
      level.expectsName = false
      level.nameStart = start
      level.nameEnd = end
    }
    return end
  }

  #number(start: number): number {
    const end = numberEnd(this.#text, start)
    const respelled = isRespelled(this.#text, start, end)
    this.#hasRespelled ||= respelled
    if (!this.#hasRespelled) return end
    const spelling = this.#text.slice(start, end)
    this.#set(respelled ? rawNumber(spelling) : Number(spelling))
    return end
  }

  #set(number: unknown): void {
    const level = this.#levels.at(-1)
    if (level === undefined) {
      this.#root = number
      return
    }
    const container = this.#containerOf(this.#levels.length - 1)
    const current = this.#memberAt(level, container)
    // Of fields with one name the last counts, and it may be no number at all.
    if (container === null || !isNumber(current)) return
    if (Array.isArray(container)) container[level.index] = number
    else container[this.#nameIn(level)] = number
  }

  /** Looks up what has not been looked up since the last level that has. */
  #containerOf(depth: number): Container | null {
    let known = depth
    while (known > 0 && this.#levels[known]?.container === undefined) known -= 1
    for (let index = known; index <= depth; index += 1) {
      const level = this.#levels[index]
      if (level === undefined || level.container !== undefined) continue
      const parent = this.#levels[index - 1]
      const value = parent === undefined ? this.#root : this.#memberAt(parent, parent.container)
      level.container = isContainer(value) && Array.isArray(value) === level.isList ? value : null
    }
    return this.#levels[depth]?.container ?? null
  }

  #memberAt(level: Level, container: Container | null | undefined): unknown {
    if (container === null || container === undefined) return undefined
    if (Array.isArray(container)) return container[level.index]
    const name = this.#nameIn(level)
    return Object.hasOwn(container, name) ? container[name] : undefined
  }

  #nameIn({ nameStart, nameEnd }: Level): string {
    return String(JSON.parse(this.#text.slice(nameStart, nameEnd)))
  }
}

function newLevel(isList: boolean): Level {
  return {
    isList,
    index: 0,
    expectsName: !isList,
    nameStart: 0,
    nameEnd: 0,
    container: undefined,
  }
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null && !isRawNumber(value)
}

function isNumber(value: unknown): boolean {
  return typeof value === 'number' || isRawNumber(value)
}
