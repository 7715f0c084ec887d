/**
 * Ids of calls must be unique and consist of letters, digits, `_` and `-`; those of other providers
 * may not. The same ids in the same order give the same names.
 */
export function createToolIds() {
  const used = new Set<string>()
  /** How often each id was asked for, so that the next copy is not looked for from the first on. */
  const copies = new Map<string, number>()
  return {
    next(callId: string): string {
      const base = callId.replaceAll(/[^\w-]/g, '_')
      let id = base
      let copy = copies.get(base) ?? 1
      while (used.has(id)) id = `${base}_${++copy}`
      copies.set(base, copy)
      used.add(id)
      return id
    },
  }
}
