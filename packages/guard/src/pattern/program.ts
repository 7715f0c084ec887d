/** What RE2 has made of a pattern: instructions that refer to each other by their index. */
export interface Program {
  readonly start: number
  numInst(): number
  getInst(index: number): Instruction
}

export interface Instruction {
  readonly op: number
  /** The next instruction. */
  readonly out: number
  /** Of an alternative the other one; of an empty width its conditions. */
  readonly arg: number
  /** Whether it takes this code point; of those that take a set of them. */
  matchRune(codePoint: number): boolean
}

/** The kinds of instruction, as the library numbers them. */
export const operation = {
  alternative: 1,
  alternativeMatch: 2,
  capture: 3,
  emptyWidth: 4,
  fail: 5,
  match: 6,
  nothing: 7,
  anySet: 8,
  oneRune: 9,
  any: 10,
  anyButNewline: 11,
} as const

export function takesCharacter({ op }: Instruction): boolean {
  return op >= operation.anySet && op <= operation.anyButNewline
}
