import type { KindCompiler } from './kind-compiler.ts'

/**
 * The kinds with each one after those that it refers to, otherwise in the order given. Throws
 * TypeError for a reference to a kind that is not among them, and for kinds that refer to each other.
 */
export function orderByReference(kinds: readonly KindCompiler[]): readonly KindCompiler[] {
  const byName = new Map(kinds.map((compiler) => [compiler.type.kind, compiler]))
  const ordered = new Set<KindCompiler>()
  const visit = (compiler: KindCompiler, path: readonly string[]): void => {
    if (ordered.has(compiler)) return
    const { kind } = compiler.type
    if (path.includes(kind)) {
      throw new TypeError(`kinds refer to each other in a cycle: ${[...path, kind].join(' -> ')}`)
    }
    for (const reference of compiler.references) {
      const referred = byName.get(reference.kind)
      if (!referred) {
        throw new TypeError(
          `${kind} refers to ${reference.kind}, which is not in the list of kinds`,
        )
      }
      visit(referred, [...path, kind])
    }
    ordered.add(compiler)
  }
  for (const compiler of kinds) visit(compiler, [])
  return [...ordered]
}
