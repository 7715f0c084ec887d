/** Replies of scripts and commands, whose form is known here only by what they are asked for. */
export function listOf(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : []
}

export function textsOf(reply: unknown): readonly string[] {
  return listOf(reply).map(textOf)
}

/** Empty for nothing. */
export function textOf(reply: unknown): string {
  return typeof reply === 'string' || typeof reply === 'number' ? String(reply) : ''
}

export function numbersOf(reply: unknown): readonly number[] {
  return listOf(reply).map(Number)
}
