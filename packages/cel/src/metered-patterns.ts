import type { RE2JS } from '@bufbuild/re2'
import type { CostMeter } from './cost-meter.ts'
import { compileProgram } from './pattern.ts'

/** Programs that are kept, as an expression may take its patterns from its input. */
const patternsMax = 64
/** A longer program is refused: no name or address needs a tenth of it. */
const instructionsMax = 10_000
/** Steps of a program that cost as much as reading one character. */
const stepsPerCharacter = 200
/** What it costs to compile one instruction, and one character of a pattern. */
const compileCost = 2

/** A pattern, or why it is none, and how many instructions were made of it. */
interface Compiled {
  readonly program: RE2JS | PatternError
  readonly instructions: number
}

/** Thrown for a pattern that is no pattern, or too long. */
class PatternError extends Error {
  override name = 'PatternError'
}

/**
 * Patterns in Go's syntax. Each costs an expression once what it takes to compile, whether or not it
 * is known from an earlier one, and each match the length of the text, more for a long program.
 */
export class MeteredPatterns {
  readonly #meter: CostMeter
  readonly #known = new Map<string, Compiled>()
  /** Those that the current expression has paid for. */
  readonly #paid = new Set<string>()

  constructor(meter: CostMeter) {
    this.#meter = meter
    meter.onStart(() => this.#paid.clear())
  }

  /** Compiles a pattern. Throws for what is none, and when the limit of the expression is reached. */
  compile(pattern: string): RE2JS {
    const program = this.#paidProgram(pattern)
    if (program instanceof PatternError) throw program
    return program
  }

  /** Whether a part of the text matches; charged for. */
  test(program: RE2JS, text: string): boolean {
    this.#chargeMatch(program, text)
    return program.test(text)
  }

  /** Charges for a match that others make. */
  charge(pattern: string, text: string): void {
    const program = this.#paidProgram(pattern)
    if (!(program instanceof PatternError)) this.#chargeMatch(program, text)
  }

  #chargeMatch(program: RE2JS, text: string): void {
    this.#meter.charge((1 + text.length / 10) * (1 + instructionsOf(program) / stepsPerCharacter))
  }

  #paidProgram(pattern: string): RE2JS | PatternError {
    const isPaid = this.#paid.has(pattern)
    // Before it is compiled only its text tells how long its program will be.
    if (!isPaid) this.#meter.charge(compileCost * (pattern.length + repetitionsIn(pattern)))
    const { program, instructions } = this.#compiled(pattern)
    if (!isPaid) this.#meter.charge(compileCost * instructions)
    this.#paid.add(pattern)
    return program
  }

  #compiled(pattern: string): Compiled {
    const known = this.#known.get(pattern)
    if (known !== undefined) return known
    const made = compiled(pattern)
    if (this.#known.size >= patternsMax) this.#known.clear()
    this.#known.set(pattern, made)
    return made
  }
}

function compiled(pattern: string): Compiled {
  try {
    const program = compileProgram(pattern)
    const instructions = instructionsOf(program)
    if (instructions <= instructionsMax) return { program, instructions }
    return { program: new PatternError('the pattern repeats too much'), instructions }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { program: new PatternError(message), instructions: 0 }
  }
}

function instructionsOf(program: RE2JS): number {
  return program.re2().prog.inst.length
}

/** How often a pattern says that something is repeated, all counts together. */
function repetitionsIn(pattern: string): number {
  let sum = 0
  for (const [, min = '', max = ''] of pattern.matchAll(/\{(\d{1,4})(?:,(\d{0,4}))?\}/g)) {
    sum += Math.max(Number(min), Number(max))
  }
  return sum
}
