import type { Span } from '../probe.ts'
import { type Instruction, operation, type Program } from './program.ts'

/** The conditions of an empty width, as the library numbers them. */
const border = {
  beginLine: 1,
  endLine: 2,
  beginText: 4,
  endText: 8,
  word: 16,
  noWord: 32,
} as const

const newline = 10

/**
 * The first match that begins at `from` or behind it, and of those that begin there the one that the
 * pattern prefers, as RE2 has it. All ways are followed at the same time, so that it takes time linear
 * in the text.
 */
export function nextMatch(program: Program, text: string, from: number): Span | undefined {
  let current = new Threads(program)
  let following = new Threads(program)
  let found: Span | undefined
  let position = from
  for (;;) {
    const borders = bordersAt(text, position)
    if (found === undefined) current.add(program.start, position, borders)
    const codePoint = text.codePointAt(position)
    const after = position + (codePoint !== undefined && codePoint > 0xffff ? 2 : 1)
    const bordersAfter = codePoint === undefined ? 0 : bordersAt(text, after)
    for (let index = 0; index < current.length; index += 1) {
      const instruction = program.getInst(current.instructionAt(index))
      const start = current.startAt(index)
      if (instruction.op === operation.match) {
        found = { start, end: position }
        // Those behind it are less preferred.
        break
      }
      if (codePoint !== undefined && takes(instruction, codePoint)) {
        following.add(instruction.out, start, bordersAfter)
      }
    }
    if (codePoint === undefined) return found
    const emptied = current
    current = following
    following = emptied
    following.clear()
    if (current.length === 0 && found !== undefined) return found
    position = after
  }
}

/** The ways that are followed, in the order of preference, each instruction once. */
class Threads {
  readonly #program: Program
  readonly #instructions: Uint32Array
  readonly #starts: Float64Array
  readonly #seen: Uint32Array
  #generation = 1
  length = 0

  constructor(program: Program) {
    this.#program = program
    this.#instructions = new Uint32Array(program.numInst())
    this.#starts = new Float64Array(program.numInst())
    this.#seen = new Uint32Array(program.numInst())
  }

  instructionAt(index: number): number {
    return this.#instructions[index] ?? 0
  }

  startAt(index: number): number {
    return this.#starts[index] ?? 0
  }

  clear(): void {
    this.length = 0
    this.#generation += 1
  }

  /** Adds an instruction, or those that it leads to without a character. */
  add(instruction: number, start: number, borders: number): void {
    const stack = [instruction]
    while (stack.length > 0) {
      const index = stack.pop() ?? 0
      if (this.#seen[index] === this.#generation) continue
      this.#seen[index] = this.#generation
      const { arg, op, out } = this.#program.getInst(index)
      switch (op) {
        case operation.fail:
          break
        case operation.alternative:
        case operation.alternativeMatch:
          stack.push(arg, out)
          break
        case operation.capture:
        case operation.nothing:
          stack.push(out)
          break
        case operation.emptyWidth:
          if ((arg & ~borders) === 0) stack.push(out)
          break
        default:
          this.#instructions[this.length] = index
          this.#starts[this.length] = start
          this.length += 1
      }
    }
  }
}

function takes(instruction: Instruction, codePoint: number): boolean {
  if (instruction.op === operation.any) return true
  if (instruction.op === operation.anyButNewline) return codePoint !== newline
  return instruction.matchRune(codePoint)
}

function bordersAt(text: string, position: number): number {
  const before = position === 0 ? -1 : text.charCodeAt(position - 1)
  const behind = position >= text.length ? -1 : text.charCodeAt(position)
  let borders = isWord(before) === isWord(behind) ? border.noWord : border.word
  if (before === -1) borders |= border.beginText | border.beginLine
  else if (before === newline) borders |= border.beginLine
  if (behind === -1) borders |= border.endText | border.endLine
  else if (behind === newline) borders |= border.endLine
  return borders
}

/** RE2's words are ASCII. */
function isWord(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    code === 95 ||
    (code >= 97 && code <= 122)
  )
}
