import { operation, type Program, takesCharacter } from './program.ts'

interface Lengths {
  /** In characters. */
  readonly least: number
  /** In UTF-16 code units; undefined where there is no longest one. */
  readonly most: number | undefined
}

/** How long what a pattern matches can be. */
export function lengthsOf(program: Program): Lengths {
  return { least: leastOf(program), most: mostOf(program) }
}

/** The shortest way to a match, by steps that take a character and steps that do not. */
function leastOf(program: Program): number {
  let level = [program.start]
  const seen = new Set<number>()
  for (let length = 0; level.length > 0; length += 1) {
    const next: number[] = []
    while (level.length > 0) {
      const index = level.pop() ?? 0
      if (seen.has(index)) continue
      seen.add(index)
      const instruction = program.getInst(index)
      if (instruction.op === operation.match) return length
      if (takesCharacter(instruction)) next.push(instruction.out)
      else level.push(...followersOf(program, index))
    }
    level = next
  }
  return 1
}

/** The longest way, without recursion, for programs are long; undefined where ways lead back. */
function mostOf(program: Program): number | undefined {
  const lengths = new Map<number, number>()
  const open = new Set<number>()
  const stack = [program.start]
  while (stack.length > 0) {
    const index = stack.at(-1) ?? 0
    if (lengths.has(index)) {
      stack.pop()
      continue
    }
    const followers = followersOf(program, index)
    if (!open.has(index)) {
      open.add(index)
      for (const follower of followers) {
        if (open.has(follower) && !lengths.has(follower)) return undefined
        stack.push(follower)
      }
      continue
    }
    stack.pop()
    open.delete(index)
    // A character has at most two code units.
    const own = takesCharacter(program.getInst(index)) ? 2 : 0
    lengths.set(index, own + Math.max(0, ...followers.map((one) => lengths.get(one) ?? 0)))
  }
  return lengths.get(program.start)
}

function followersOf(program: Program, index: number): readonly number[] {
  const { arg, op, out } = program.getInst(index)
  switch (op) {
    case operation.match:
    case operation.fail:
      return []
    case operation.alternative:
    case operation.alternativeMatch:
      return [out, arg]
    default:
      return [out]
  }
}
