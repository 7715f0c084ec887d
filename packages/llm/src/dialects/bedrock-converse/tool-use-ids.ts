/** https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolUseBlock.html */
const lengthMax = 64
const numberLengthMax = 8

/** Ids of the calls in one request. */
interface ToolUseIds {
  /** The id for the next call of this id: some providers reuse ids within a history. */
  next(callId: string): string
}

/**
 * Ids must be unique, and consist of at most 64 letters, digits and some signs; those of other
 * providers may not.
 */
export function createToolUseIds(): ToolUseIds {
  const used = new Set<string>()
  /** How often each id was asked for, so that the next copy is not looked for from the first on. */
  const copies = new Map<string, number>()
  return {
    next(callId) {
      const allowed = callId.replaceAll(/[^\w.:-]/g, '_')
      const base =
        allowed.length > lengthMax ? allowed.slice(0, lengthMax - numberLengthMax) : allowed
      let id = base === '' ? 'call' : base
      const stem = id.slice(0, lengthMax - numberLengthMax)
      let copy = copies.get(stem) ?? 1
      while (used.has(id)) id = `${stem}_${++copy}`
      copies.set(stem, copy)
      used.add(id)
      return id
    },
  }
}
